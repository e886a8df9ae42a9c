// @ts-check
import { paintBetween, paintList } from "./ops.js";
import { Surface, placeBefore } from "./surface.js";
import { paintComputed } from "./overlay.js";
import { landedRow, rowAt } from "./figures.js";

/** The film: its time, its stops, its canvas; asked by keys, by the address and by messages. */

/** @typedef {import("./types.js").FilmDocument} FilmDocument */
/** @typedef {import("./types.js").Pictures} Pictures */
/** @typedef {import("./types.js").ComputedRun} ComputedRun */
/** @typedef {import("./types.js").Layout} Layout */
/** @typedef {import("./types.js").Panel} Panel */

const EASED_S = 0.25; // see timeline/pace.py for these
const EASE = 0.85;
const SHARES = [0.16, 0.14, 0.2, 0.38, 0.12];
// How often the address is written in a time, as long as a slider moves: browsers refuse more than
// 100 in 30 seconds, or 200 in 10.
const WRITES = 30;
const WRITES_MS = 10_000;
const NARROW_PX = 640; // a page that is narrower has the phone's layout
const MAX_HEIGHT = 0.86; // of the window, for the picture
const SLACK_S = 1e-6; // so near are two times that are one

/** @param {number} t */
function eased(t) {
  return (1 - EASE) * t + EASE * (0.5 - 0.5 * Math.cos(Math.PI * t));
}

/** A value between two of ascending places. @param {Float64Array} values @param {number} at */
function interpolated(values, at) {
  const below = Math.min(Math.max(Math.floor(at), 0), values.length - 1);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (at - below) * (values[above] - values[below]);
}

/** The fractional place of a value among ascending ones. @param {Float64Array} values
 * @param {number} value */
function placeAmong(values, value) {
  const below = Math.max(placeBefore(values, value), 0);
  if (below >= values.length - 1) return values.length - 1;
  const part = (value - values[below]) / (values[below + 1] - values[below]);
  return below + Math.max(part, 0);
}

/** A page with its film. */
export class Page {
  /** @param {FilmDocument} facts @param {Pictures} pictures @param {HTMLCanvasElement} canvas */
  constructor(facts, pictures, canvas) {
    this.document = facts;
    this.pictures = pictures;
    this.canvas = canvas;
    this.runs = facts.runs;
    /** @type {ComputedRun[]} */
    this.computed = [];
    this.id = document.body.dataset.film ?? "film";
    this.time = facts.film.end_s; // it opens at its poster
    this.paused = true;
    this.speed = 1;
    this.through = false;
    this.waits = 1;
    this.picking = false;
    /** @type {number | null} the recorded run that stands out */
    this.picked = null;
    /** @type {boolean[] | null} of each style of the layout, whether it is another run's */
    this.faint = null;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    /** @type {((page: Page) => void)[]} */
    this.followers = [];
    /** @type {((pick: {panel: string, run: number | null, coordinates: number[], event: Event}) => void)[]} */
    this.pickers = [];
    /** @type {(() => void)[]} */
    this.stateListeners = [];
    /** @type {string | null} what is still to be written into the address */
    this.wanted = null;
    /** @type {number[]} when it was written */
    this.writes = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.writing = undefined;
    /** @type {((coordinates: number[]) => number | null) | null} the exact loss, if it is known */
    this.lossAt = null;
    /** @type {Map<string, Surface[]>} */
    this.solids = new Map();
    this.still = document.createElement("canvas");
    this.grown = document.createElement("canvas");
    this.pieces = -1;
    this.stale = true;
    this.layout = pictures.layouts[0];
    this.scale = 1;
    this.lastFrame = 0;
    this.asked = false;
  }

  // Time.

  /** The stretch of time in which a time is. @param {number} time */
  stretch(time) {
    const { times_s } = this.pictures.keys;
    return Math.min(Math.max(placeBefore(times_s, time), 0), times_s.length - 2);
  }

  /** The fractional tick of a time, as in timeline/pace.py. @param {number} time */
  tickAt(time) {
    const { reached_s, narrated, ticks } = this.document.clock;
    if (ticks === 0) return 0;
    const row = Math.min(Math.max(placeBefore(reached_s, time), 0), ticks - 1);
    const lasts = reached_s[row + 1] - reached_s[row];
    const part = Math.min(1, Math.max(0, (time - reached_s[row]) / Math.max(lasts, 1e-12)));
    if (row >= narrated) return row + (lasts >= EASED_S ? eased(part) : part);
    let begins = 0;
    for (let phase = 0; phase < 3; phase++) begins += SHARES[phase];
    const within = Math.min(1, Math.max(0, (part - begins) / SHARES[3]));
    return row + (part < begins ? 0 : eased(within));
  }

  get tick() {
    return this.tickAt(this.time);
  }

  /** The phase of the narrated step, or null. */
  get phase() {
    const i = this.stretch(this.time);
    const { phases, first } = this.pictures.keys;
    return phases[first[i]];
  }

  /** The fractional step of a recorded run. @param {number} run @param {number} [tick] */
  stepOf(run, tick = this.tick) {
    const { marks, rate } = this.document.clock;
    const progress = marks ? interpolated(marks, tick) : tick;
    return Math.min(progress * rate[run], this.runs[run].steps);
  }

  /** The fractional row of a recorded run: its step, where every step has a row.
   * @param {number} run @param {number} [tick] */
  rowOf(run, tick = this.tick) {
    const { kept } = this.runs[run];
    const step = this.stepOf(run, tick);
    return kept ? placeAmong(kept, step) : step;
  }

  /** The fractional step of the first run. */
  get step() {
    return this.stepOf(0);
  }

  /** The step whose numbers are written, of a recorded run. @param {number} run */
  landed(run) {
    const row = landedRow(this.rowOf(run), this.phase);
    return this.runs[run].kept?.[row] ?? row;
  }

  /** The time at which a step of the first run has landed. @param {number} step */
  timeOf(step) {
    const { rate, marks } = this.document.clock;
    const progress = step / rate[0];
    return this.timeAt(marks ? placeAmong(marks, progress) : progress);
  }

  /** The time at which a tick has landed; of a long film the last one before it that there is.
   * @param {number} at */
  timeAt(at) {
    const { reached_s, kept } = this.document.clock;
    const ticks = Math.min(Math.max(at, 0), reached_s.length - 1);
    const tick = kept ? kept[Math.max(placeBefore(kept, ticks), 0)] : ticks;
    const whole = Math.floor(tick);
    let [low, high] = [reached_s[whole], reached_s[Math.ceil(tick)]];
    while (whole < tick && high - low > SLACK_S / 8) {
      const middle = (low + high) / 2;
      if (this.tickAt(middle) < tick) low = middle;
      else high = middle;
    }
    return Math.min(high + SLACK_S, this.document.film.end_s);
  }

  // Stops, and what can be asked of the page.

  get stop() {
    const { stops } = this.document;
    let here = 0;
    stops.forEach((stop, i) => {
      if (stop.time_s <= this.time + SLACK_S) here = i;
    });
    return here;
  }

  /** Whether it is at a stop, and not between two. */
  get atStop() {
    return Math.abs(this.time - this.document.stops[this.stop].time_s) < 1e-3;
  }

  get last() {
    return this.document.stops.length - 1;
  }

  /** @param {number} time */
  show(time) {
    this.pause();
    const { begin_s, end_s } = this.document.film;
    this.time = Math.min(Math.max(time, begin_s), end_s);
    this.redraw();
    this.settle();
  }

  /** @param {number} stop */
  go(stop) {
    const { stops } = this.document;
    this.show(stops[Math.min(Math.max(stop, 0), this.last)].time_s);
  }

  /** @param {{stop?: number, step?: number, time_s?: number}} to */
  seek(to) {
    if (Number.isInteger(to.stop)) this.go(Number(to.stop));
    else if (Number.isInteger(to.step) && Number(to.step) >= 0) {
      if (Number(to.step) <= this.runs[0].steps) this.show(this.timeOf(Number(to.step)));
    } else if (Number.isFinite(to.time_s)) this.show(Number(to.time_s));
  }

  play() {
    const { begin_s, end_s } = this.document.film;
    if (this.time >= end_s - SLACK_S) this.time = begin_s;
    this.waits = this.stop + 1;
    if (!this.paused) return;
    this.paused = false;
    this.lastFrame = performance.now();
    this.settle();
    requestAnimationFrame((now) => this.follow(now));
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    this.settle();
  }

  toggle() {
    if (this.paused) this.play();
    else this.pause();
  }

  next() {
    if (this.paused && !this.calm.matches && this.stop < this.last) this.play();
    else this.go(this.stop + 1);
  }

  previous() {
    this.go(this.paused && this.atStop ? this.stop - 1 : this.stop);
  }

  /** To the step before or after that of the first run. @param {number} by */
  stepBy(by) {
    const { kept } = this.document.clock;
    const tick = this.tick + 1e-6;
    if (kept) {
      const at = placeBefore(kept, tick) + by;
      this.show(this.timeAt(kept[Math.min(Math.max(at, 0), kept.length - 1)]));
    } else this.show(this.timeAt(Math.floor(tick) + by));
  }

  state() {
    const stop = this.stop;
    const { step, words } = this.document.stops[stop];
    const { time: time_s, paused, id: film } = this;
    return { film, stop, step, words, time_s, paused, stops: this.last + 1 };
  }

  /** @param {number} now */
  follow(now) {
    if (this.paused) return;
    const { end_s } = this.document.film;
    const { stops } = this.document;
    this.time += (this.speed * Math.max(0, Math.min(now - this.lastFrame, 250))) / 1000;
    this.lastFrame = now;
    if (!this.through && this.waits <= this.last && this.time >= stops[this.waits].time_s) {
      this.time = stops[this.waits].time_s;
      this.paused = true;
    }
    if (this.time >= end_s) {
      this.time = end_s;
      this.paused = true;
    }
    this.paint();
    if (this.paused) this.settle();
    else requestAnimationFrame((at) => this.follow(at));
  }

  /** Something has begun, ended or been looked up. */
  settle() {
    for (const follower of this.followers) follower(this);
    this.settled?.();
  }

  /** @type {(() => void) | null} */
  settled = null;

  // Runs that the page has computed.

  /** @param {ComputedRun} run */
  addComputedRun(run) {
    this.computed.push({ ...run, computed: true });
    this.redraw();
  }

  clearComputedRuns() {
    this.computed = [];
    this.redraw();
  }

  /** @param {(page: Page) => void} follower */
  onFrame(follower) {
    this.followers.push(follower);
  }

  /** @param {(pick: {panel: string, run: number | null, coordinates: number[], event: Event}) => void} picker */
  onPick(picker) {
    this.pickers.push(picker);
  }

  /** @param {string} key */
  word(key) {
    return this.document.words[key] ?? key;
  }

  /** Lets one of several runs stand out, or none. @param {number | null} run */
  pick(run) {
    this.picked = run !== null && run < this.runs.length && this.runs.length > 1 ? run : null;
    this.dim();
    this.redraw();
  }

  /** Finds out which styles are those of runs that are not picked: each has a colour of its own. */
  dim() {
    this.stale = true;
    this.faint = null;
    if (this.picked === null) return;
    const own = this.runs[this.picked].style;
    const others = new Set(
      this.runs.flatMap(({ style }) =>
        [style.dot, style.trail, style.line].filter((colour) => colour !== own.dot),
      ),
    );
    this.faint = this.layout.styles.map((style) =>
      [style[1], style[6]].some((colour) => others.has(String(colour).slice(0, 7))),
    );
  }

  /** Of each style, whether it is faint in a panel: all are in one of another run. @param {Panel} panel */
  faintIn(panel) {
    const other = this.picked !== null && panel.run !== null && panel.run !== this.picked;
    return other ? this.layout.styles.map(() => true) : this.faint;
  }

  // The address.

  /** @returns {URLSearchParams} */
  address() {
    return new URLSearchParams(this.wanted ?? location.hash.slice(1));
  }

  /** @param {string} key */
  getState(key) {
    return this.address().get(key);
  }

  /** @param {string} key @param {string | null} value */
  setState(key, value) {
    const to = this.address();
    if (value === null) to.delete(key);
    else to.set(key, value);
    if (String(to) === String(this.address())) return;
    this.wanted = String(to);
    const now = performance.now();
    this.writes = this.writes.filter((at) => now - at < WRITES_MS);
    if (this.writes.length < WRITES) this.writeAddress();
    else this.writing ??= setTimeout(() => this.writeAddress(), WRITES_MS / 20);
  }

  /** Writes what the address should be. */
  writeAddress() {
    clearTimeout(this.writing);
    this.writing = undefined;
    if (this.wanted === null) return;
    try {
      history.replaceState(null, "", `#${this.wanted}`);
    } catch {
      // not in every frame
    }
    this.wanted = null;
    this.writes.push(performance.now());
  }

  /** The address was changed by others, who win. */
  forgetAddress() {
    clearTimeout(this.writing);
    this.writing = undefined;
    this.wanted = null;
  }

  /** @param {() => void} listener */
  onState(listener) {
    this.stateListeners.push(listener);
  }

  // The picture.

  /** The surfaces of a layout's panels. @param {Layout} layout @returns {Surface[]} */
  surfacesOf(layout) {
    let made = this.solids.get(layout.name);
    if (!made) {
      made = layout.panels.flatMap((panel) =>
        panel.solid ? [new Surface(panel.solid, layout, this.document.theme)] : [],
      );
      this.solids.set(layout.name, made);
    }
    return made;
  }

  get surfaces() {
    return this.surfacesOf(this.layout);
  }

  /** The panels of the layout that a painter turns. */
  get solidPanels() {
    return this.layout.panels.filter((panel) => panel.solid);
  }

  /** The film's own camera at this time. @returns {import("./geometry.js").Camera} */
  camera() {
    const { cameras } = this.pictures.keys;
    const count = cameras.length / 3;
    const { begin_s, fps } = this.document.film;
    const at = Math.min(Math.max((this.time - begin_s) * fps, 0), count - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, count - 1);
    const [elev, azim, zoom] = [0, 1, 2].map((part) => {
      const a = cameras[3 * below + part];
      return a + (at - below) * (cameras[3 * above + part] - a);
    });
    return { elev, azim, zoom };
  }

  /** Chooses the layout and the size of the canvas for the room that there is. */
  fit() {
    const room = this.canvas.closest("figure")?.clientWidth || 640;
    const [wide, narrow] = this.pictures.layouts;
    const layout = narrow && room < NARROW_PX ? narrow : wide;
    const most = layout === narrow ? Infinity : MAX_HEIGHT * innerHeight;
    const width = Math.min(room, (Math.max(most, 240) * layout.width) / layout.height);
    const dense = Math.min(devicePixelRatio || 1, 3);
    const pixels = [width, (width * layout.height) / layout.width].map((side) =>
      Math.round(side * dense),
    );
    this.layout = layout;
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      for (const canvas of [this.canvas, this.still, this.grown])
        [canvas.width, canvas.height] = pixels;
      this.canvas.style.width = `${pixels[0] / dense}px`;
      this.canvas.style.height = `${pixels[1] / dense}px`;
    }
    this.scale = pixels[0] / layout.width;
    this.dim();
  }

  /** @param {HTMLCanvasElement} canvas */
  context(canvas) {
    const to = canvas.getContext("2d");
    if (!to) throw new Error("this browser has no canvas");
    to.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    to.textBaseline = "alphabetic";
    if ("fontKerning" in to) to.fontKerning = "normal";
    to.globalAlpha = 1;
    return to;
  }

  /** Paints soon, once however often it is asked. */
  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      if (this.asked) this.paint();
    });
  }

  /** Paints the present moment. */
  paint() {
    this.asked = false;
    const { layout } = this;
    const { keys } = this.pictures;
    const i = this.stretch(this.time);
    const first = keys.first[i];
    const last = keys.last[i] < 0 ? null : keys.last[i];
    const tick = this.tick;
    let u = 0;
    if (last !== null) {
      const way = keys.ticks[last] - keys.ticks[first];
      const [from, until] = [keys.times_s[i], keys.times_s[i + 1]];
      u = way > 0 ? (tick - keys.ticks[first]) / way : (this.time - from) / (until - from);
      u = Math.min(1, Math.max(0, u));
    }
    const camera = this.camera();
    for (const surface of this.surfaces) if (surface.look(camera)) this.stale = true;
    this.lay(Math.max(placeBefore(keys.cuts, tick + 1e-9), 0));
    const to = this.context(this.canvas);
    to.setTransform(1, 0, 0, 1, 0, 0);
    to.clearRect(0, 0, this.canvas.width, this.canvas.height);
    to.drawImage(this.grown, 0, 0);
    to.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    let n = 0;
    for (const panel of layout.panels) {
      const surface = panel.solid ? this.surfaces[n++] : null;
      if (surface) {
        const { at } = panel.solid;
        const runs = panel.run === null ? this.runs.map((_, r) => r) : [panel.run];
        const steps = runs.map((run) => this.rowOf(run, tick));
        const strong = runs.map((run) => this.picked === null || this.picked === run);
        surface.paintMoving(to, at[first], last === null ? null : at[last], u, steps, strong);
      }
      const { moving } = panel;
      const until = last === null ? null : moving[last];
      paintBetween(to, layout, moving[first], until, u, this.faintIn(panel));
    }
    if (this.computed.length) paintComputed(this, to, first, last, u);
    for (const follower of this.followers) follower(this);
  }

  /** Brings the picture of what stays and grows to a number of pieces. @param {number} pieces */
  lay(pieces) {
    const { layout } = this;
    const surfaces = this.surfaces;
    if (this.stale) {
      const to = this.context(this.still);
      to.setTransform(1, 0, 0, 1, 0, 0);
      to.clearRect(0, 0, this.still.width, this.still.height);
      to.setTransform(this.scale, 0, 0, this.scale, 0, 0);
      const { background, clear } = this.document.theme;
      if (!clear) {
        to.fillStyle = background;
        to.fillRect(0, 0, layout.width, layout.height);
      }
      for (const surface of surfaces) surface.paintStill(to, this.scale);
      for (const panel of layout.panels) paintList(to, layout, panel.still, this.faint);
      this.pieces = -1;
      this.stale = false;
    }
    if (pieces === this.pieces) return;
    const to = this.context(this.grown);
    let from = this.pieces;
    if (from < 0 || pieces < from) {
      to.setTransform(1, 0, 0, 1, 0, 0);
      to.clearRect(0, 0, this.grown.width, this.grown.height);
      to.drawImage(this.still, 0, 0);
      to.setTransform(this.scale, 0, 0, this.scale, 0, 0);
      from = 0;
    }
    for (let piece = from; piece < pieces; piece++)
      for (const panel of layout.panels)
        if (panel.growing.length) paintList(to, layout, panel.growing[piece], this.faintIn(panel));
    this.pieces = pieces;
  }

  /** The place of a pointer in the layout's pixels. @param {MouseEvent} event */
  pixelAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.layout.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  /** The panel with a plot over parameters at a pixel, and the coordinates there.
   * @param {number} x @param {number} y */
  parametersAt(x, y) {
    for (const panel of this.layout.panels) {
      const { chart } = panel;
      if (!chart || (chart.shows !== "parameters" && chart.shows !== "cost")) continue;
      const [left, top, right, bottom] = chart.area;
      if (x < left || x > right || y < top || y > bottom) continue;
      const first = chart.x[0] + ((x - left) / (right - left)) * (chart.x[1] - chart.x[0]);
      if (chart.shows === "cost") return { panel, coordinates: [first] };
      const second = chart.y[0] + ((bottom - y) / (bottom - top)) * (chart.y[1] - chart.y[0]);
      return { panel, coordinates: [first, second] };
    }
    return null;
  }

  /** The row of a recorded run that is nearest to a step, in arrays that may be thinned.
   * @param {number} run @param {number} step */
  row(run, step) {
    return rowAt(this.runs[run], step);
  }

  // Set by the controls.

  /** @type {HTMLElement} */
  controls = document.createElement("section");
  /** @type {(text: string) => void} */
  banner = () => {};
  /** @type {(text: string) => void} */
  note = () => {};
  /** @type {(text: string) => void} */
  say = () => {};
}
