// @ts-check
import { difference, lossOver, predicted, recipeOf, trained } from "./compute.js";
import { element, filled } from "./controls.js";
import { brief } from "./figures.js";

/**
 * What can be tried in the page: another learning rate, momentum or start. The run is computed
 * anew and shown beside the recorded one. Before that the page computes the recorded runs, and
 * says so where its numbers are others.
 */

/** @typedef {import("./player.js").Page} Page */
/** @typedef {import("./compute.js").Recipe} Recipe */
/** @typedef {import("./compute.js").Computed} Computed */

/**
 * What is tried; what is null is as it was recorded.
 * @typedef {object} Trial
 * @property {number} run its index
 * @property {number | null} lr
 * @property {number | null} momentum
 * @property {number[] | null} start
 */

const NOTCHES = 100; // of the slider of lr, in a power of ten
const BELOW = 30; // the smallest lr is so many times less than the recorded one, or than 2/λmax
const ABOVE = 4;
const MOMENTUM = 0.99; // the largest on the slider, unless the recorded one is larger
const PLACES = 1000; // to which an axis is divided where a start is placed
const FOR_DARK = ["#ff8ce6", "#ffa94d", "#7fe8ff"];
const FOR_LIGHT = ["#a3149b", "#a85a00", "#006d8f"];
const OF_DESCENT = ["input", "vector", "const", "add", "sub", "mul"]; // operations of its step
const MANY = 4; // parameters: of more, only those on the axes can be typed

/** @param {Page} page */
export function explore(page) {
  const { runs } = page.document;
  if (!page.document.closed) return;
  const recipes = runs.map((_, i) => recipeOf(page.document, i));
  tellReplayed(page);
  let i = 0;
  const next = () => {
    for (; i < runs.length && !recipes[i]; i++);
    if (i < runs.length) {
      if (!holds(page, /** @type {Recipe} */ (recipes[i]), i)) recipes[i] = null;
      i += 1;
      setTimeout(next); // a page with many runs answers meanwhile
      return;
    }
    if (recipes.some(Boolean)) new Explorer(page, recipes);
    if (runs.length === 1 && recipes[0]) page.lossAt = lossInPlane(page, recipes[0]);
    document.body.dataset.computed = recipes.some(Boolean) ? "yes" : "no";
  };
  setTimeout(next);
}

/** Says of which runs nothing is computed, and why. @param {Page} page */
function tellReplayed(page) {
  const { runs, closed } = page.document;
  /** @type {Map<string, string[]>} */
  const because = new Map();
  runs.forEach((run, i) => {
    const { reason } = closed.runs[i];
    if (reason) because.set(reason, [...(because.get(reason) ?? []), run.label]);
  });
  for (const [reason, labels] of because) {
    const text = filled(page.word("explore_replayed"), { reason });
    page.note(labels.length === runs.length ? text : `${labels.join(", ")}: ${text}`);
  }
}

/** Whether the page computes what was recorded; where it doesn't it says so.
 * @param {Page} page @param {Recipe} recipe @param {number} index */
function holds(page, recipe, index) {
  const run = page.document.runs[index];
  const computed = trained(recipe, run.names, run.params.subarray(0, run.names.length));
  const found = difference(run, computed, recipe.tolerance);
  if (!found) return true;
  const key = found.column === "step" ? "explore_other_steps" : "explore_other_number";
  const text = filled(page.word(key), {
    ...found,
    recorded: allDigits(found.recorded),
    computed: allDigits(found.computed),
  });
  page.banner(page.document.runs.length > 1 ? `${run.label}: ${text}` : text);
  document.body.dataset.different = run.name;
  return false;
}

/** A number with the digits in which two may differ. @param {number} value */
function allDigits(value) {
  return String(Number(value.toPrecision(15))).replace("-", "−");
}

/** The exact loss of the only run at coordinates of its surface.
 * @param {Page} page @param {Recipe} recipe @returns {(coordinates: number[]) => number} */
function lossInPlane(page, recipe) {
  const { plane, parameters, flipped } = page.document.landscapes[0];
  const loss = lossOver(recipe, page.document.runs[0].names);
  const count = parameters.length;
  return (coordinates) =>
    loss(
      parameters.map((name, i) => {
        let value = plane.origin[i];
        coordinates.forEach((c, d) => (value += c * plane.directions[d * count + i]));
        return flipped && name === "b" ? -value : value;
      }),
    );
}

/** What red, green and blue a colour has. @param {string} colour */
function lights(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** A colour that none of the recorded runs has. @param {Page} page */
function ownColour(page) {
  const { theme, runs } = page.document;
  const { parameter, prediction, trail, background } = theme;
  const taken = [parameter, prediction, trail, background];
  for (const { style } of runs) taken.push(style.dot, style.trail, style.line);
  const used = taken.filter((colour) => /^#[0-9a-f]{6}/i.test(colour)).map(lights);
  /** @param {string} colour */
  const apart = (colour) => {
    const own = lights(colour);
    return Math.min(...used.map((other) => Math.hypot(...own.map((part, i) => part - other[i]))));
  };
  const candidates = theme.dark ? FOR_DARK : FOR_LIGHT;
  return candidates.reduce((best, one) => (apart(one) > apart(best) ? one : best));
}

/** The controls, and the run that they ask for. */
class Explorer {
  /** @param {Page} page @param {(Recipe | null)[]} recipes */
  constructor(page, recipes) {
    this.page = page;
    this.recipes = recipes;
    /** @type {Trial} */
    this.trial = { run: recipes.findIndex(Boolean), lr: null, momentum: null, start: null };
    this.waiting = false;
    /** @type {Computed | null} */
    this.result = null;
    this.colour = ownColour(page);
    const { layouts } = page.pictures;
    const plots = layouts.flatMap(({ panels }) => panels.map(({ chart }) => chart?.shows));
    this.pickable = plots.includes("parameters") || plots.includes("cost");
    this.hint = plots.includes("parameters") ? "explore_place" : "explore_place_on_curve";
    this.box = page.controls;
    page.onPick(({ run, coordinates }) => this.pick(run, coordinates));
    page.onState(() => this.read());
    this.build();
    this.read();
  }

  get run() {
    return this.page.document.runs[this.trial.run];
  }

  get recipe() {
    return /** @type {Recipe} */ (this.recipes[this.trial.run]);
  }

  get landscape() {
    return this.page.document.landscapes[this.run.landscape];
  }

  /** Where the recorded run starts. */
  get recordedStart() {
    return Array.from(this.run.params.subarray(0, this.run.names.length));
  }

  /** Above it gradient descent diverges; null where the loss is no bowl, and for rules that divide
   * gradients by their size. */
  get mark() {
    const { bowl, exact, lr_max } = this.landscape;
    const { step, zero_grad } = this.recipe;
    const descent = zero_grad && step.operations.every(([name]) => OF_DESCENT.includes(name));
    return descent && bowl && exact && lr_max !== null && Number.isFinite(lr_max) ? lr_max : null;
  }

  get changed() {
    const { lr, momentum, start } = this.trial;
    return lr !== null || momentum !== null || start !== null;
  }

  // The controls.

  /** Makes the controls of the run that is tried. */
  build() {
    const { page, recipe } = this;
    const row = this.box;
    row.replaceChildren();
    const offered = this.recipes.filter(Boolean).length;
    if (offered > 1) row.append(this.chooser());
    this.rate = this.slider("explore_lr", (slider) => {
      const notch = Number(slider.value);
      const lr = Number((recipe.lr * 10 ** (notch / NOTCHES)).toPrecision(3));
      this.change({ lr: notch ? lr : null });
    });
    const { mark } = this;
    const ends = [recipe.lr, mark ?? recipe.lr];
    const low = Math.min(...ends) / BELOW;
    const high = Math.max(...ends) * ABOVE;
    this.rate.input.min = String(Math.floor(NOTCHES * Math.log10(low / recipe.lr)));
    this.rate.input.max = String(Math.ceil(NOTCHES * Math.log10(high / recipe.lr)));
    this.rate.input.step = "1";
    if (mark !== null) this.rate.track.append(this.tickAt(this.rate.input, mark));
    row.append(this.rate.box);
    this.momentum = null;
    if ("momentum" in recipe.options) {
      const own = recipe.options.momentum;
      this.momentum = this.slider("explore_momentum", (slider) => {
        const momentum = Number(slider.value);
        this.change({ momentum: momentum === own ? null : momentum });
      });
      this.momentum.input.min = "0";
      this.momentum.input.max = String(Math.max(own, MOMENTUM));
      this.momentum.input.step = Number.isInteger(Math.round(own * 1e12) / 1e10) ? "0.01" : "any";
      row.append(this.momentum.box);
    }
    this.fields = this.startFields();
    row.append(this.fields.box);
    this.back = element("button", { type: "button" }, page.word("explore_recorded"));
    this.back.addEventListener("click", () => this.change({ lr: null, momentum: null, start: null }));
    row.append(this.back);
    this.swatch = element("span", { class: "explore-swatch", "aria-hidden": "true" });
    this.told = element("span");
    this.status = element("p", { class: "explore-status" }, this.swatch, this.told);
    row.append(this.status);
    page.picking = this.placeable;
  }

  /** A choice among the runs. */
  chooser() {
    const choice = element("select");
    this.page.document.runs.forEach((run, i) => {
      if (!this.recipes[i]) return;
      const option = element("option", { value: String(i) }, run.label);
      option.selected = i === this.trial.run;
      choice.append(option);
    });
    choice.addEventListener("change", () => {
      this.choose(Number(choice.value));
      this.change(this.trial);
      this.box.querySelector("select")?.focus();
    });
    return element("label", {}, `${this.page.word("run")} `, choice);
  }

  /** Another run, as it was recorded. @param {number} run */
  choose(run) {
    this.trial = { run, lr: null, momentum: null, start: null };
    this.build();
  }

  /** @param {string} key of its name @param {(input: HTMLInputElement) => void} moved */
  slider(key, moved) {
    const input = element("input", { type: "range", id: key });
    const value = element("output", { for: key });
    const track = element("div", { class: "explore-track" }, input);
    const label = element("label", { for: key }, this.page.word(key));
    const box = element("div", { class: "explore-slider" }, label, " ", value, track);
    input.addEventListener("input", () => moved(input));
    input.addEventListener("change", () => this.say());
    return { input, value, track, box };
  }

  /** The mark of a rate on its slider. @param {HTMLInputElement} slider @param {number} lr */
  tickAt(slider, lr) {
    const { min, max } = slider;
    const notch = NOTCHES * Math.log10(lr / this.recipe.lr);
    const share = (notch - Number(min)) / (Number(max) - Number(min));
    const text = element("span", {}, `2/λmax = ${Number(lr.toPrecision(4))}`);
    const tick = element("span", { class: "explore-mark" }, text);
    tick.title = this.page.word("explore_limit");
    tick.style.setProperty("--share", String(share));
    return tick;
  }

  /** Which trained parameter each axis of the landscape is, or -1. */
  get axes() {
    const { axes } = this.landscape;
    return axes.map((name) => this.run.names.indexOf(name)).filter((i) => i >= 0);
  }

  /** Whether a click on the contour is a start. */
  get placeable() {
    return this.pickable && this.axes.length > 0;
  }

  /** Fields in which a start can be typed. */
  startFields() {
    const { names } = this.run;
    const shown = names.length > MANY ? this.axes : names.map((_, i) => i);
    const legend = element("legend", {}, this.page.word("explore_start"));
    const box = element("fieldset", { class: "explore-start" }, legend);
    if (this.placeable) box.title = this.page.word(this.hint);
    const each = shown.map((i) => {
      const input = element("input", { type: "number", step: "any" });
      input.addEventListener("change", () => {
        const value = input.valueAsNumber;
        if (Number.isFinite(value)) this.startAt([[i, value]]);
        else this.show();
        this.say();
      });
      box.append(element("label", {}, `${names[i]} `, input));
      return { i, input };
    });
    return { box, each };
  }

  // What is asked for.

  /** A start on the contour. @param {number | null} run whose contour it is; null: of all
   * @param {number[]} coordinates */
  pick(run, coordinates) {
    if (run !== null && !this.recipes[run]) return;
    if (run !== null && run !== this.trial.run) this.choose(run);
    const { axes, grid } = this.landscape;
    /** @type {[number, number][]} */
    const placed = [];
    axes.forEach((name, axis) => {
      const i = this.run.names.indexOf(name);
      if (i < 0 || !Number.isFinite(coordinates[axis])) return;
      const along = grid[axis];
      const size = Math.abs(along[along.length - 1] - along[0]) / PLACES;
      const digits = Math.max(0, Math.ceil(-Math.log10(size)));
      placed.push([i, Number(coordinates[axis].toFixed(Math.min(digits, 100)))]);
    });
    if (placed.length) this.startAt(placed);
    this.say();
  }

  /** @param {[number, number][]} placed parameters by their places, and their values */
  startAt(placed) {
    const start = [...(this.trial.start ?? this.recordedStart)];
    for (const [i, value] of placed) start[i] = value;
    const same = start.every((value, i) => value === this.recordedStart[i]);
    this.change({ start: same ? null : start });
  }

  /** @param {Partial<Trial>} to */
  change(to) {
    this.trial = { ...this.trial, ...to };
    const { run, lr, momentum, start } = this.trial;
    const first = this.recipes.findIndex(Boolean);
    this.page.setState("run", run === first ? null : this.run.label);
    this.page.setState("lr", lr === null ? null : String(lr));
    this.page.setState("momentum", momentum === null ? null : String(momentum));
    this.page.setState("start", start === null ? null : start.join(","));
    this.soon();
  }

  /** Reads what the address asks for; what it can't mean is as it was recorded. */
  read() {
    const { page } = this;
    const label = page.getState("run");
    const named = page.document.runs.findIndex((run, i) => this.recipes[i] && run.label === label);
    const run = named >= 0 ? named : this.recipes.findIndex(Boolean);
    if (run !== this.trial.run) this.choose(run);
    const lr = numberOf(page.getState("lr"));
    const momentum = numberOf(page.getState("momentum"));
    const start = (page.getState("start") ?? "").split(",").map(numberOf);
    const { recipe, recordedStart } = this;
    const whole = start.length === recordedStart.length && start.every((one) => one !== null);
    const moved = whole && start.some((one, i) => one !== recordedStart[i]);
    const fits = momentum !== null && "momentum" in recipe.options && momentum >= 0 && momentum < 1.5;
    this.trial = {
      run,
      lr: lr !== null && lr > 0 && lr !== recipe.lr ? lr : null,
      momentum: fits && momentum !== recipe.options.momentum ? momentum : null,
      start: moved ? /** @type {number[]} */ (start) : null,
    };
    this.soon();
  }

  /** Computes soon, once however often a slider moves. */
  soon() {
    this.show();
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.compute();
    });
  }

  /** Brings the controls to what is asked for. */
  show() {
    const { recipe, trial } = this;
    const lr = trial.lr ?? recipe.lr;
    const { rate, momentum, fields, back } = this;
    if (!rate || !fields || !back) return;
    rate.input.value = String(NOTCHES * Math.log10(lr / recipe.lr));
    rate.value.textContent = brief(lr);
    rate.input.setAttribute("aria-valuetext", brief(lr));
    if (momentum) {
      const value = trial.momentum ?? recipe.options.momentum;
      momentum.input.value = String(value);
      momentum.value.textContent = brief(value);
    }
    const start = trial.start ?? this.recordedStart;
    for (const { i, input } of fields.each) {
      const text = String(Number(start[i].toPrecision(6)));
      if (Number(input.value) !== Number(text) || input.value === "") input.value = text;
    }
    back.disabled = !this.changed;
  }

  /** Computes the run that is asked for, and shows it beside the recorded ones. */
  compute() {
    const { page, run, recipe, trial } = this;
    this.page.clearComputedRuns();
    this.result = null;
    if (this.changed) {
      /** @type {Record<string, number>} */
      const options = trial.momentum === null ? {} : { momentum: trial.momentum };
      const changes = { lr: trial.lr ?? recipe.lr, options };
      this.result = trained(recipe, run.names, trial.start ?? this.recordedStart, changes);
      if (this.result) page.addComputedRun(this.shown(this.result));
    }
    this.tell();
  }

  /** @param {Computed} computed @returns {import("./types.js").ComputedRun} */
  shown(computed) {
    const { run, recipe } = this;
    const wide = run.names.length;
    const whole = lossOver(recipe, run.names);
    const alone = recipe.x.length === 1 && this.page.document.data[run.data] !== null;
    /** @param {number} step @param {Float64Array} x */
    const line = (step, x) => {
      const below = Math.min(Math.floor(step), computed.steps);
      const above = Math.min(below + 1, computed.steps);
      const params = Float64Array.from(run.names, (_, i) => {
        const a = computed.params[wide * below + i];
        return a + (step - below) * (computed.params[wide * above + i] - a);
      });
      return predicted(recipe, run.names, params, [x]);
    };
    return {
      label: this.page.word("explore_computed"),
      names: run.names,
      steps: computed.steps,
      params: computed.params,
      grads: computed.grads,
      loss: computed.loss,
      lr: computed.lr,
      landscape: run.landscape,
      base: this.trial.run,
      colour: this.colour,
      objective: whole,
      ...(alone ? { line } : {}),
    };
  }

  /** Writes how the computed run ends. */
  tell() {
    const { page, result, run } = this;
    if (!this.told || !this.swatch || !this.status) return;
    this.swatch.hidden = !result;
    if (!this.changed) {
      this.told.textContent = this.placeable ? page.word(this.hint) : "";
      return;
    }
    if (!result) {
      this.told.textContent = page.word("explore_nowhere");
      return;
    }
    this.swatch.style.backgroundColor = this.colour;
    this.told.textContent = result.broke_off
      ? filled(page.word("explore_beyond"), { step: result.steps + 1 })
      : filled(page.word("explore_ends"), {
          loss: brief(result.loss[result.steps]),
          recorded: brief(run.loss[run.loss.length - 1]),
        });
  }

  /** Tells those who don't see it, once a slider rests. */
  say() {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (this.changed && this.told) this.page.say(this.told.textContent ?? "");
    }));
  }
}

/** A number that a text is, or null. @param {string | null} text */
function numberOf(text) {
  if (text === null || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim())) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
