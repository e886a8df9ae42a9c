// The film: its frames by their addresses, which never change, and the timeline below them.

import { element, tab } from "./api.js";

const AHEAD = 12; // frames that are fetched after the one that is shown
const BEHIND = 4; // and before it
const SLOW_MS = 350; // after which the page says that it is drawing
const KEPT = 60; // pictures that are kept as they were painted
const MOST_MARKS = 160; // of steps: of more, every second one or fewer
const CLICK_PX = 4;
const REST_MS = 300; // after which a pointer that doesn't move rests
const TURN = { azim: 0.4, elev: 0.3 }; // degrees a pixel

export class Player {
  constructor(page) {
    this.page = page; // { failed(answer), gone(), held(), turned(elev, azim, when), started(run, values), say(text) }
    this.canvas = document.getElementById("picture");
    this.pen = this.canvas.getContext("2d");
    this.screen = document.getElementById("screen");
    this.scrub = document.getElementById("scrub");
    this.frame = 0;
    this.shown = null;
    this.facts = null;
    this.unlearnt = null; // the film whose facts are not asked for yet
    this.kept = new Map();
    this.timings = [];
    this.scrub.addEventListener("input", () => { this.pause(); this.seek(Number(this.scrub.value)); });
    const on = (id, act) => document.getElementById(id).addEventListener("click", act);
    on("play", () => this.toggle());
    on("before", () => { this.pause(); this.seek(this.frame - 1); });
    on("after", () => { this.pause(); this.seek(this.frame + 1); });
    on("before-stop", () => this.stop(-1));
    on("after-stop", () => this.stop(1));
    this.pointer();
    let laying = 0;
    new ResizeObserver(() => {
      cancelAnimationFrame(laying);
      laying = requestAnimationFrame(() => this.full && !this.loading && this.draw(this.full));
    }).observe(this.screen.parentElement);
  }

  /** Another film: the same share of it is shown, as soon as it is drawn. */
  show(key, film) {
    if (key === this.key) return;
    const share = this.count > 1 ? this.frame / (this.count - 1) : 1;
    const same = this.count === film.frames;
    this.key = key;
    this.count ??= film.frames;
    if (!same) {
      this.count = film.frames;
      this.frame = Math.round(share * (film.frames - 1));
    }
    this.film = film;
    this.turn = null;
    this.ahead?.abort();
    this.unlearnt = key;
    this.seek(this.frame);
  }

  /** Another config: nothing of the last one stays. */
  clear() {
    this.pause();
    this.key = this.film = this.facts = this.shown = this.wanted = this.turn = null;
    this.count = undefined;
    this.frame = 0;
    this.ahead?.abort();
    this.scrub.value = "0";
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.full?.close();
    this.full = null;
    for (const name of ["steps", "phases", "stops", "captions", "verdict", "moment"]) document.getElementById(name).replaceChildren();
  }

  /** Where the film is: another one is looked at in the same place. */
  get at() {
    return [this.frame, this.count ?? 0];
  }

  async learn(key) {
    this.unlearnt = null;
    const answer = await fetch(`/facts/${key}.json`, { headers: { "x-studio-tab": tab } }).catch(() => null);
    if (!answer?.ok || this.key !== key) return;
    const facts = await answer.json();
    if (this.key !== key) return;
    this.facts = { ...facts, key };
    if (facts.frames !== this.count) {
      this.frame = Math.min(Math.round(this.frame * (facts.frames / this.count)), facts.frames - 1);
      this.count = facts.frames;
    }
    this.lay();
    this.tell();
    this.page.learnt(facts);
  }

  seek(frame) {
    this.frame = Math.max(0, Math.min(frame, (this.count ?? 1) - 1));
    this.turn = null;
    this.tell();
    this.want(`/frame/${this.key}/${this.frame}.jpg`);
  }

  /**
   * Show a picture; of several that are asked for while one is drawn, the last. The next one is
   * fetched while one is painted.
   */
  async want(address) {
    this.wanted = address;
    if (this.loading) return;
    this.loading = true;
    let coming = this.shown;
    let painting = null;
    for (;;) {
      const now = this.wanted;
      if (now === coming) {
        await painting;
        if (this.wanted === coming) break;
        continue;
      }
      const begun = performance.now();
      if (this.kept.has(now)) {
        await painting;
        if (this.again(now)) {
          this.time(now, begun);
          coming = now;
          continue;
        }
      }
      const slow = setTimeout(() => this.busy(true), SLOW_MS);
      const data = await this.load(now);
      clearTimeout(slow);
      this.busy(false);
      await painting;
      if (data === null) {
        if (this.wanted === now) break;
      } else if (now.split("/")[2] === this.key || this.wanted === now || this.page.held()) {
        coming = now;
        painting = this.paint(data, now, begun);
      }
    }
    this.loading = false;
    if (this.unlearnt && this.unlearnt === this.key) this.learn(this.key); // the picture is first
    this.fetchAhead();
  }

  time(address, begun) {
    this.timings.push([address, performance.now() - begun]);
    if (this.timings.length > 2000) this.timings.shift();
  }

  async paint(data, address, begun) {
    try {
      await this.draw(await createImageBitmap(data), address);
    } catch {
      return; // half a picture: the connection was cut
    }
    this.shown = address;
    this.time(address, begun);
  }

  /** The bytes of a picture; null where there is none, which is told. */
  async load(address) {
    let answer;
    try {
      answer = await fetch(address, { headers: { "x-studio-tab": tab, "x-studio-for": "shown" } });
      if (answer.ok) return await answer.blob();
    } catch {
      return null;
    }
    if (answer.status === 422) this.page.failed(await answer.json(), address.split("/")[2]);
    else if (answer.status === 410) this.page.gone();
    else if (answer.status === 403) this.page.say("The studio was started again: open the address that it printed");
    return null;
  }

  /** Paint a frame in the pixels of the screen: smaller than it is, it is reduced smoothly. */
  async draw(picture, address) {
    this.size = [picture.width, picture.height];
    if (this.full !== picture) this.full?.close();
    this.full = picture;
    const home = this.screen.parentElement;
    const room = home.clientWidth - parseFloat(getComputedStyle(home).paddingLeft) * 2;
    const high = Math.max(240, 0.62 * window.innerHeight);
    const width = Math.floor(Math.min(room, (high * picture.width) / picture.height, picture.width));
    const height = Math.round((width * picture.height) / picture.width);
    const dots = Math.min(window.devicePixelRatio, picture.width / width);
    const [across, down] = [Math.round(width * dots), Math.round(height * dots)];
    let painted = picture;
    if (across < picture.width) {
      const options = { resizeWidth: across, resizeHeight: down, resizeQuality: "high" };
      painted = await createImageBitmap(picture, options).catch(() => picture);
    }
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.pen.drawImage(painted, 0, 0, across, down);
    if (painted !== picture && address?.startsWith("/frame/")) this.keep(address, painted);
    this.page.drawn();
  }

  keep(address, painted) {
    this.kept.set(address, painted);
    for (const [old, picture] of this.kept) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(old);
      picture.close();
    }
  }

  /** Show a picture that was painted before, in this size; whether there is one. */
  again(address) {
    const painted = this.kept.get(address);
    if (!painted || painted.width !== this.canvas.width || painted.height !== this.canvas.height) return false;
    this.pen.drawImage(painted, 0, 0);
    this.shown = address;
    this.page.drawn();
    return true;
  }

  async fetchAhead() {
    this.ahead?.abort();
    const now = (this.ahead = new AbortController());
    const { key, frame } = this;
    if (this.turn || this.loading || this.page.held()) return; // the next change comes soon
    const around = [...Array(AHEAD).keys()].map((n) => frame + 1 + n);
    around.push(...[...Array(BEHIND).keys()].map((n) => frame - 1 - n));
    for (const n of around.filter((one) => one >= 0 && one < this.count)) {
      if (now.signal.aborted || this.key !== key || this.loading) return;
      const answer = await fetch(`/frame/${key}/${n}.jpg`, {
        headers: { "x-studio-tab": tab, "x-studio-for": "ahead" }, signal: now.signal,
      }).catch(() => null);
      if (!answer?.ok) return;
      await answer.blob().catch(() => null);
    }
  }

  busy(on) {
    const told = document.getElementById("busy");
    told.hidden = !on;
    clearInterval(this.asking);
    if (!on) return;
    told.textContent = "drawing …";
    this.asking = setInterval(async () => {
      const answer = await fetch(`/progress?tab=${tab}`).catch(() => null);
      const { stage, done, total } = answer?.ok ? await answer.json() : {};
      told.textContent = stage && total > 1 ? `${stage} ${Math.floor((100 * done) / total)} %` : "drawing …";
    }, 300);
  }

  toggle() { this.playing ? this.pause() : this.play(); }

  play() {
    if (!this.facts) return;
    if (this.frame >= this.count - 1) this.frame = 0;
    const began = performance.now();
    const from = this.frame;
    this.playing = true;
    this.button();
    const step = (now) => {
      if (!this.playing) return;
      const frame = from + Math.floor(((now - began) / 1000) * this.facts.fps);
      if (frame >= this.count - 1) {
        this.pause();
        this.seek(this.count - 1);
        return;
      }
      if (frame > this.frame) this.seek(frame);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  pause() {
    this.playing = false;
    this.button();
  }

  button() {
    const play = document.getElementById("play");
    play.textContent = this.playing ? "❚❚" : "▶";
    play.setAttribute("aria-label", this.playing ? "Pause" : "Play");
  }

  stop(direction) {
    this.pause();
    const frames = (this.facts?.stops ?? []).map((one) => one.frame);
    const next = direction > 0 ? frames.find((n) => n > this.frame) : frames.filter((n) => n < this.frame).pop();
    if (next !== undefined) this.seek(next);
  }

  /** The timeline of this film: made once, then only moved. */
  lay() {
    const { facts, count } = this;
    const last = Math.max(1, count - 1);
    const share = (frame) => `${(100 * Math.min(frame, last)) / last}%`;
    const at = (time) => share(Math.round(time * facts.fps));
    this.scrub.max = String(count - 1);
    const place = (one, from, to) => {
      one.style.left = from;
      if (to !== undefined) one.style.width = `calc(${to} - ${from})`;
      return one;
    };
    const every = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((n) => facts.reached.length / n <= MOST_MARKS);
    const reached = facts.reached.filter((_, n) => (n + 1) % every === 0);
    document.getElementById("steps").replaceChildren(...reached.map((time) => place(element("i"), at(time))));
    document.getElementById("phases").replaceChildren(...facts.phases.map((one) =>
      place(element("i", { class: one.name, title: one.name }), share(one.first), share(one.last + 1))));
    document.getElementById("stops").replaceChildren(...facts.stops.map((one) =>
      place(element("button", {
        title: one.words, "aria-label": `Stop: ${one.words}`, tabindex: "-1",
        onclick: () => { this.pause(); this.seek(one.frame); },
      }), share(one.frame))));
    document.getElementById("captions").replaceChildren(...facts.captions.map((one) =>
      place(element("button", {
        title: one.text, tabindex: "-1", onclick: () => { this.pause(); this.seek(Math.round(one.start * facts.fps)); },
      }, one.text), at(one.start), at(Math.min(one.end, last / facts.fps)))));
    const verdict = document.getElementById("verdict");
    verdict.title = verdict.textContent = facts.verdicts
      .map(([label, word, sentence]) => (facts.verdicts.length > 1 ? `${label}: ${word}` : sentence)).join("  ·  ");
  }

  tell() {
    this.scrub.value = String(this.frame);
    const facts = this.facts;
    if (!facts) return;
    const time = this.frame / facts.fps;
    const done = facts.done[Math.min(this.frame, facts.done.length - 1)] ?? 0;
    const phase = facts.phases.find((one) => one.first <= this.frame && this.frame <= one.last);
    const written = [`frame ${this.frame}`, `${time.toFixed(2)} s`, `${facts.unit} ${Math.floor(done + 1e-6)} of ${facts.end}`];
    if (phase) written.push(phase.name);
    document.getElementById("moment").textContent = written.join("   ");
    this.scrub.setAttribute("aria-valuetext", written.join(", "));
    [...document.getElementById("captions").children].forEach((one, n) =>
      one.classList.toggle("now", facts.captions[n].start <= time && time < facts.captions[n].end));
    [...document.getElementById("stops").children].forEach((one, n) =>
      one.classList.toggle("now", facts.stops[n].frame === this.frame));
  }

  // Dragging the surface, clicking the contour.

  panel(event) {
    const box = this.canvas.getBoundingClientRect();
    const [width, height] = this.size ?? [1, 1];
    const x = ((event.clientX - box.left) * width) / box.width;
    const y = ((event.clientY - box.top) * height) / box.height;
    const there = (this.facts?.panels ?? []).find(({ box: [left, top, right, bottom] }) =>
      left <= x && x <= right && top <= y && y <= bottom);
    return { panel: there, x, y };
  }

  camera() {
    const { cameras } = this.facts;
    return cameras[Math.min(this.frame, cameras.length - 1)];
  }

  pointer() {
    let held = null;
    let resting = 0; // where the pointer rests, the film's own frame replaces the preview
    // An orbit goes on from where it would be: what is written is where it begins.
    const written = ({ first, azim, turn }) => {
      const angle = (((first[1] + turn.azim - azim) % 360) + 360) % 360;
      return Math.round(angle > 180 ? angle - 360 : angle);
    };
    this.canvas.addEventListener("pointermove", (event) => {
      if (held?.panel.kind === "surface") {
        const elev = Math.round(Math.min(75, Math.max(5, held.elev + (event.clientY - held.y) * TURN.elev)));
        const azim = Math.round(held.azim - (event.clientX - held.x) * TURN.azim);
        held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > CLICK_PX;
        if (!held.moved) return;
        this.turn = held.turn = { elev, azim };
        document.getElementById("moment").textContent = `elev ${elev}°   azim ${written(held)}°   preview`;
        this.want(`/turn/${held.key}/${this.frame}/${elev}/${((azim % 360) + 360) % 360}.jpg`);
        clearTimeout(resting);
        const now = held;
        resting = setTimeout(() => this.page.turned(elev, written(now), "live"), REST_MS);
        return;
      }
      const kind = this.panel(event).panel?.kind;
      this.screen.classList.toggle("grabs", kind === "surface" && !this.film?.keyframes);
      this.screen.classList.toggle("picks", kind === "start");
    });
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const { panel, x, y } = this.panel(event);
      if (!panel) return;
      if (panel.kind === "surface" && this.film?.keyframes) {
        this.page.say("The camera of this film moves by keyframes: turn it in the text");
        return;
      }
      this.pause();
      const [elev, azim] = this.camera();
      held = {
        panel, x: event.clientX, y: event.clientY, elev, azim, at: [x, y], moved: false,
        turn: null, key: this.key, first: this.facts.cameras[0],
      };
      this.canvas.setPointerCapture(event.pointerId);
      this.screen.classList.toggle("holds", panel.kind === "surface");
    });
    const ended = (event) => {
      const last = held;
      held = null;
      this.screen.classList.remove("holds");
      if (!last) return;
      const moved = Math.hypot(event.clientX - last.x, event.clientY - last.y) > CLICK_PX;
      clearTimeout(resting);
      if (last.panel.kind === "surface" && last.turn) {
        this.page.turned(last.turn.elev, written(last), "done");
        if (this.facts.key === last.key) this.facts.cameras = this.facts.cameras.map(
          ([, azim]) => [last.turn.elev, azim + last.turn.azim - last.azim]); // until they are told
      } else if (last.panel.kind === "start" && !moved && event.type === "pointerup") {
        this.start(last.panel, last.at, event);
      }
    };
    this.canvas.addEventListener("pointerup", ended);
    this.canvas.addEventListener("pointercancel", ended);
  }

  start(panel, [x, y], event) {
    if (this.shown?.split("/")[2] !== this.facts.key) {
      this.page.say("The picture has just changed: click again");
      return;
    }
    const [left, top, right, bottom] = panel.box;
    const along = (at, from, to, [low, high]) => {
      const unit = Math.abs((high - low) / (to - from)); // of a pixel: finer digits say nothing
      const digits = Math.max(0, Math.ceil(-Math.log10(unit)));
      return Number((low + ((at - from) / (to - from)) * (high - low)).toFixed(Math.min(digits, 12)));
    };
    const values = { [panel.axes[0]]: along(x, left, right, panel.x) };
    if (panel.axes.length > 1) values[panel.axes[1]] = along(y, bottom, top, panel.y);
    // Of several runs with starts of their own, the one that starts nearest.
    const across = panel.x[1] - panel.x[0];
    const high = panel.y[1] - panel.y[0];
    const far = ([, first, second]) => Math.hypot(
      ((first - values[panel.axes[0]]) / across) * (right - left),
      panel.axes.length > 1 ? ((second - values[panel.axes[1]]) / high) * (bottom - top) : 0);
    const [run] = panel.starts.reduce((best, one) => (far(one) < far(best) ? one : best));
    const mark = document.getElementById("place");
    const box = this.screen.getBoundingClientRect();
    mark.style.left = `${event.clientX - box.left}px`;
    mark.style.top = `${event.clientY - box.top}px`;
    mark.classList.add("there");
    setTimeout(() => mark.classList.remove("there"), 300);
    this.page.started(run, values);
  }
}
