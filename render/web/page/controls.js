// @ts-check
import { brief, csvOf, lossOn, written } from "./figures.js";
import { placeBefore } from "./surface.js";

/** The controls under the picture, and what pointers and keys do on it. */

/** @typedef {import("./player.js").Page} Page */

const SPEEDS = [0.25, 0.5, 1, 2, 4];
const TURN = 0.4; // degrees of the view for each pixel of a drag
const KEY_TURN = 6; // degrees for each press of an arrow key
const LOWEST = 4; // degrees that the view can be above the floor
const HIGHEST = 88;
const MOVED_PX = 4; // a shorter way of the pointer is a click

/**
 * An element with its attributes and what is in it.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} kind @param {Record<string, string>} [attributes] @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(kind, attributes = {}, ...children) {
  const made = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Puts fields into a form of words. @param {string} form @param {Record<string, unknown>} fields */
export function filled(form, fields) {
  return form.replace(/\{(\w+)\}/g, (whole, key) => String(fields[key] ?? whole));
}

/** @param {string} name @param {string} text @param {string} type */
function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Builds the controls. @param {Page} page @param {HTMLElement} root */
export function build(page, root) {
  const say = (/** @type {string} */ key) => page.word(key);
  const facts = page.document;
  const kept = facts.clock.kept;
  const places = kept ? kept.length - 1 : facts.clock.ticks;

  const bar = element("input", {
    type: "range", min: "0", max: String(Math.max(places, 1)), step: "1", value: "0",
    "aria-label": say("bar"),
  });
  const marks = element("div", { class: "film-marks", "aria-hidden": "true" });
  facts.stops.forEach((stop) => {
    const mark = element("i");
    const at = placeOfTick(page.tickAt(stop.time_s));
    mark.style.left = `${(100 * at) / Math.max(places, 1)}%`;
    marks.append(mark);
  });
  /** @param {number} tick */
  function placeOfTick(tick) {
    return kept ? Math.max(placeBefore(kept, tick + 1e-6), 0) : tick;
  }
  /** @param {string} what @param {string} text @param {string} title */
  const button = (what, text, title) =>
    element("button", { type: "button", "data-do": what, title }, text);
  const toggle = button("toggle", say("play"), say("play_title"));
  const speed = element("select", { "aria-label": say("speed") });
  for (const one of SPEEDS)
    speed.append(element("option", { value: String(one) }, `${one}×`));
  speed.value = "1";
  const through = element("input", { type: "checkbox", "data-is": "through" });
  through.checked = page.through;
  const output = element("output", { "aria-live": "polite" });
  const full = button("fill", say("full_screen"), say("full_screen"));
  full.hidden = !document.fullscreenEnabled;
  const player = element(
    "div", { class: "film-player", role: "group", "aria-label": say("player") },
    element("div", { class: "film-bar" }, bar, marks),
    button("previous", say("previous"), say("previous_title")),
    toggle,
    button("next", say("next"), say("next_title")),
    button("back", "−1", say("back_title")),
    button("forth", "+1", say("forth_title")),
    element("label", {}, through, ` ${say("through")}`),
    element("label", {}, `${say("speed")} `, speed),
    full,
    output,
  );

  const alert = element("p", { class: "film-alert", role: "alert" });
  alert.hidden = true;
  const narrow = element("p", {}, say("narrow"));
  narrow.hidden = true;
  const notes = element("div", { class: "film-notes" }, narrow);
  page.banner = (text) => {
    alert.textContent = text;
    alert.hidden = !text;
  };
  page.note = (text) => notes.append(element("p", {}, text));
  const live = element("p", { class: "film-live", "aria-live": "polite" });
  page.say = (text) => {
    live.textContent = text;
  };
  page.controls.className = "film-explore";
  page.controls.setAttribute("aria-label", say("explore"));

  const among = facts.swept ? sweepSlider(page, facts.swept) : null;
  if (among) output.before(among.element);
  const figures = table(page);
  const files = element(
    "p", { class: "film-files" },
    button("csv", say("csv"), `${facts.name}.csv`),
    " ",
    button("config", say("config"), facts.config.name),
  );
  root.append(alert, player, page.controls, figures.element, notes, files, live);

  /** @type {Record<string, (ask?: any) => void>} */
  const does = {
    play: () => page.play(),
    pause: () => page.pause(),
    toggle: () => page.toggle(),
    next: () => page.next(),
    previous: () => page.previous(),
    seek: (to) => page.seek(to),
    fill: () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else document.documentElement.requestFullscreen();
    },
  };
  /** @type {Record<string, () => void>} */
  const presses = {
    ...does,
    back: () => page.stepBy(-1),
    forth: () => page.stepBy(1),
    csv: () => download(`${facts.name}.csv`, csvOf(facts), "text/csv"),
    config: () => download(facts.config.name, facts.config.text, "text/yaml"),
  };
  for (const part of [player, files])
    part.addEventListener("click", (event) => {
      const { target } = event;
      const what = target instanceof HTMLElement ? target.dataset.do : undefined;
      if (what && Object.hasOwn(presses, what)) presses[what]();
    });
  bar.addEventListener("input", () => {
    page.show(page.timeAt(kept ? kept[Number(bar.value)] : Number(bar.value)));
  });
  speed.addEventListener("change", () => {
    page.speed = Number(speed.value);
  });
  through.addEventListener("change", () => {
    page.through = through.checked;
  });

  page.onFrame(() => {
    const at = placeOfTick(page.tick);
    bar.value = String(Math.floor(at + 1e-6));
    const step = stepText(page);
    bar.setAttribute("aria-valuetext", step);
    toggle.textContent = page.paused ? say("play") : say("pause");
    const counted = `${page.stop + 1} / ${page.last + 1}`; // as the pages of the handout
    const words = page.atStop ? `${counted}: ${facts.stops[page.stop].words}` : step;
    output.setAttribute("aria-live", page.paused ? "polite" : "off");
    if (output.textContent !== words) output.textContent = words;
    figures.show();
    among?.show();
    narrow.hidden = page.layout.panels.length >= page.pictures.layouts[0].panels.length;
  });

  keys(page);
  address(page);
  messages(page, does);
  pointers(page);
  addEventListener("beforeprint", () => {
    page.go(page.last);
    page.paint();
  });
}

/** The step in words, with the loss of the first run. @param {Page} page */
function stepText(page) {
  const row = page.landed(0);
  const loss = page.runs[0].loss[page.row(0, row)];
  return filled(page.word("at_step"), { step: row, loss: brief(loss) });
}

/** Lets a run stand out, or none, and says so in the address. @param {Page} page @param {number | null} run */
function pickRun(page, run) {
  page.pick(run);
  page.setState("show", page.picked === null ? null : String(page.picked));
}

/** A slider along the number that the runs differ in; at its left end all runs are shown.
 * @param {Page} page @param {{name: string, values: string[], order: number[]}} swept */
function sweepSlider(page, { name, values, order }) {
  const input = element("input", {
    type: "range", min: "-1", max: String(values.length - 1), step: "1", value: "-1",
    "data-is": "run",
  });
  const value = element("output");
  const label = element("label", { class: "film-sweep" }, `${name} `, value, input);
  input.addEventListener("input", () => {
    const at = Number(input.value);
    pickRun(page, at < 0 ? null : order[at]);
  });
  const show = () => {
    const { picked } = page;
    const text = picked === null ? page.word("all_runs") : values[picked];
    if (value.textContent === text) return;
    input.value = String(picked === null ? -1 : order.indexOf(picked));
    input.setAttribute("aria-valuetext", picked === null ? text : `${name} ${text}`);
    value.textContent = text;
  };
  return { element: label, show };
}

/** A table of the numbers of each run at this step. @param {Page} page */
function table(page) {
  const facts = page.document;
  const names = [...new Set(facts.runs.flatMap((run) => run.names))];
  const heads = [page.word("run"), page.word("step"), page.word("loss"), ...names];
  const several = facts.runs.length > 1;
  const few = names.length <= 8 ? names : [];
  const grads = several ? [] : few.map((name) => `∂L/∂${name}`);
  const columns = [...heads.slice(several ? 0 : 1, 3), ...few, ...grads, ...(several ? [] : ["lr"])];
  const head = element("tr");
  for (const column of columns) head.append(element("th", { scope: "col" }, column));
  if (several) head.firstElementChild?.classList.add("film-first");
  const body = element("tbody");
  /** @type {HTMLElement[]} */
  const labels = [];
  const rows = facts.runs.map((run, r) => {
    const row = element("tr");
    if (several) {
      const swatch = element("i", { class: "film-swatch", "aria-hidden": "true" });
      swatch.style.background = run.style.dot;
      const title = filled(page.word("pick"), { run: run.label });
      const name = element("button", { type: "button", title, "aria-pressed": "false" });
      name.append(swatch, run.label);
      name.addEventListener("click", () => {
        pickRun(page, page.picked === r ? null : r);
      });
      labels.push(name);
      row.append(element("th", { scope: "row" }, name));
    }
    const cells = columns.slice(several ? 1 : 0).map(() => element("td"));
    row.append(...cells);
    body.append(row);
    return cells;
  });
  const made = element(
    "div", { class: "film-figures" },
    element("table", {}, element("caption", {}, page.word("figures")), element("thead", {}, head), body),
  );
  const show = () => {
    facts.runs.forEach((run, r) => {
      labels[r]?.setAttribute("aria-pressed", String(page.picked === r));
      const step = page.landed(r);
      const i = page.row(r, step);
      const wide = run.names.length;
      /** @param {Float64Array} array @param {string} name */
      const of = (array, name) => {
        const own = run.names.indexOf(name);
        return own < 0 ? run.frozen[name] : array[wide * i + own];
      };
      const values = [
        run.rows ? run.rows[i] : step,
        run.loss[i],
        ...few.map((name) => of(run.params, name)),
        ...(several ? [] : few.map((name) => of(run.grads, name))),
        ...(several ? [] : [run.lr[i]]),
      ];
      values.forEach((value, c) => {
        const cell = rows[r][c];
        const full = value === undefined ? "" : c ? written(value) : String(value);
        if (cell.dataset.value === full) return;
        cell.dataset.value = full;
        cell.title = full;
        const none = value === undefined || (value !== value && c === values.length - 1);
        cell.textContent = none ? "" : brief(value);
      });
    });
  };
  return { element: made, show };
}

/** @param {Page} page */
function keys(page) {
  /** @type {Record<string, () => void>} */
  const does = {
    ArrowRight: () => page.next(),
    ArrowLeft: () => page.previous(),
    " ": () => page.toggle(),
    Home: () => page.go(0),
    End: () => page.go(page.last),
    ",": () => page.stepBy(-1),
    ".": () => page.stepBy(1),
  };
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (!Object.hasOwn(does, event.key)) return;
    const within = target instanceof Element ? target : document.body;
    if (within.closest("input[type=range], select, input[type=number], textarea")) {
      if (!within.closest(".film-bar") || event.key === "," || event.key === ".") return;
    }
    if (event.key === " " && within.closest("button, [type=checkbox], summary, a")) return;
    event.preventDefault();
    does[event.key]();
  });
}

/** The stop or the step that the address names, and back. @param {Page} page */
function address(page) {
  const read = () => {
    const asked = page.address();
    const view = (asked.get("view") ?? "").split(",").map(Number);
    if (view.length === 2 && view.every(Number.isFinite)) turnAll(page, view[0], view[1]);
    const run = asked.get("show") ?? "";
    if (/^[0-9]+$/.test(run)) page.pick(Number(run));
    for (const key of ["stop", "step"]) {
      const value = asked.get(key) ?? "";
      if (/^[0-9]+$/.test(value)) return page.seek({ [key]: Number(value) });
    }
  };
  page.settled = () => {
    if (!page.paused) return;
    const stop = page.document.stops[page.stop];
    const there = page.atStop;
    if (there) page.setState("step", null);
    if (there) page.setState("stop", String(page.stop));
    else {
      page.setState("stop", null);
      page.setState("step", String(page.landed(0)));
    }
    page.say(there ? stop.numbers : stepText(page));
  };
  addEventListener("hashchange", () => {
    page.forgetAddress();
    read();
    for (const listener of page.stateListeners) listener();
  });
  const { settled } = page;
  page.settled = null; // the address is read before it is written
  read();
  page.settled = settled;
}

/** What a page around this one asks. @param {Page} page @param {Record<string, (ask: any) => void>} does */
function messages(page, does) {
  addEventListener("message", (event) => {
    let ask = event.data;
    try {
      if (typeof ask === "string") ask = JSON.parse(ask);
    } catch {
      return;
    }
    if (!Object.hasOwn(does, ask?.method ?? "")) return;
    does[ask.method](ask);
    const source = /** @type {Window | null} */ (event.source);
    source?.postMessage(page.state(), { targetOrigin: "*" });
  });
}

/** Turns all surfaces to a view. @param {Page} page @param {number} elev @param {number} azim */
function turnAll(page, elev, azim) {
  const { zoom } = page.camera();
  for (const layout of page.pictures.layouts)
    for (const surface of page.surfacesOf(layout))
      surface.own = { elev: Math.min(HIGHEST, Math.max(LOWEST, elev)), azim, zoom };
  page.redraw();
}

/** Back to the film's own view. @param {Page} page */
function turnBack(page) {
  for (const layout of page.pictures.layouts)
    for (const surface of page.surfacesOf(layout)) surface.own = null;
  page.setState("view", null);
  page.redraw();
}

/** Writes the reader's view into the address. @param {Page} page */
function noteView(page) {
  const own = page.surfaces[0]?.own;
  if (own) page.setState("view", `${Math.round(own.elev)},${Math.round(own.azim)}`);
}

/** Areas over the canvas: surfaces that can be turned, and plots that tell where the pointer is.
 * @param {Page} page */
function pointers(page) {
  const stage = /** @type {HTMLElement} */ (page.canvas.parentElement);
  const tip = element("div", { class: "film-tip", role: "status" });
  tip.hidden = true;
  stage.append(tip);
  /** @type {HTMLElement[]} */
  let areas = [];

  /** @param {number} elev @param {number} azim */
  const turnBy = (elev, azim) => {
    const surface = page.surfaces[0];
    const from = surface.own ?? page.camera();
    turnAll(page, from.elev + elev, ((from.azim + azim + 540) % 360) - 180);
  };

  /** @param {HTMLElement} area */
  const turns = (area) => {
    /** @type {Map<number, {x: number, y: number}>} */
    const held = new Map();
    area.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      area.setPointerCapture(event.pointerId);
    });
    area.addEventListener("pointermove", (event) => {
      const from = held.get(event.pointerId);
      if (!from || held.size > 1) return; // two fingers scroll
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      if (!dx && !dy) return;
      held.set(event.pointerId, { x: event.clientX, y: event.clientY });
      for (const surface of page.surfaces) surface.turning = true;
      turnBy(dy * TURN, -dx * TURN);
    });
    const end = (/** @type {PointerEvent} */ event) => {
      if (!held.delete(event.pointerId)) return;
      for (const surface of page.surfaces) surface.turning = false;
      noteView(page);
      page.redraw();
    };
    area.addEventListener("pointerup", end);
    area.addEventListener("pointercancel", end);
    area.addEventListener("dblclick", () => turnBack(page));
    area.addEventListener("keydown", (event) => {
      /** @type {Record<string, number[]>} */
      const ways = {
        ArrowLeft: [0, -KEY_TURN], ArrowRight: [0, KEY_TURN],
        ArrowUp: [KEY_TURN, 0], ArrowDown: [-KEY_TURN, 0],
      };
      if (event.key === "Escape") turnBack(page);
      else if (Object.hasOwn(ways, event.key)) {
        turnBy(ways[event.key][0], ways[event.key][1]);
        noteView(page);
      } else return;
      event.preventDefault();
    });
  };

  /** @param {HTMLElement} area */
  const tells = (area) => {
    const leave = () => {
      tip.hidden = true;
    };
    /** @type {{x: number, y: number} | null} */
    let down = null;
    area.addEventListener("pointermove", (event) => {
      const [x, y] = page.pixelAt(event);
      const found = page.parametersAt(x, y);
      if (!found) return leave();
      const box = stage.getBoundingClientRect();
      tip.textContent = placeText(page, found.panel.run ?? 0, found.coordinates);
      tip.hidden = false;
      const left = Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 2);
      tip.style.left = `${Math.max(0, left)}px`;
      tip.style.top = `${Math.max(0, event.clientY - box.top - tip.offsetHeight - 8)}px`;
    });
    area.addEventListener("pointerleave", leave);
    area.addEventListener("pointerdown", (event) => {
      down = { x: event.clientX, y: event.clientY };
    });
    area.addEventListener("click", (event) => {
      const moved = down ? Math.hypot(event.clientX - down.x, event.clientY - down.y) : 0;
      const found = page.parametersAt(...pair(page.pixelAt(event)));
      if (!found || moved > MOVED_PX) return;
      for (const pick of page.pickers)
        pick({
          panel: found.panel.kind,
          run: found.panel.run,
          coordinates: found.coordinates,
          event,
        });
    });
  };

  const place = () => {
    for (const area of areas) area.remove();
    areas = [];
    const { layout } = page;
    for (const panel of layout.panels) {
      const flat = panel.chart?.shows === "parameters" || panel.chart?.shows === "cost";
      if (!panel.solid && !flat) continue;
      const area = element("div", { class: flat ? "film-chart" : "film-solid" });
      if (!flat) {
        area.tabIndex = 0;
        area.setAttribute("role", "group");
        area.setAttribute("aria-label", page.word("surface"));
      }
      const [left, top, right, bottom] = panel.cell;
      area.style.left = `${(100 * left) / layout.width}%`;
      area.style.top = `${(100 * top) / layout.height}%`;
      area.style.width = `${(100 * (right - left)) / layout.width}%`;
      area.style.height = `${(100 * (bottom - top)) / layout.height}%`;
      if (flat) tells(area);
      else turns(area);
      stage.append(area);
      areas.push(area);
    }
  };
  let laid = "";
  const fit = () => {
    page.fit();
    if (laid !== page.layout.name) {
      laid = page.layout.name;
      place();
    }
    page.paint();
  };
  const around = /** @type {HTMLElement} */ (stage.parentElement);
  new ResizeObserver(() => fit()).observe(around);
  addEventListener("resize", fit);
  page.onFrame(() => {
    for (const area of areas)
      area.classList.toggle("film-picks", page.picking && area.classList.contains("film-chart"));
  });
  fit();
}

/** @param {number[]} at @returns {[number, number]} */
function pair(at) {
  return [at[0], at[1]];
}

/** A place in the plane, and the loss there. @param {Page} page @param {number} run
 * @param {number[]} coordinates */
function placeText(page, run, coordinates) {
  const landscape = page.document.landscapes[page.runs[run].landscape];
  const parts = landscape.axes.map((name, i) => `${name} = ${short(coordinates[i])}`);
  const loss = page.lossAt?.(coordinates) ?? lossOn(landscape, coordinates);
  if (loss !== null) parts.push(`${page.word("loss")} ${short(loss)}`);
  return parts.join(", ");
}

/** @param {number} value */
function short(value) {
  return String(Number(value.toPrecision(4))).replaceAll("-", "−");
}
