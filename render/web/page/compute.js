// @ts-check
/**
 * Trains a run in the page, as learn/loop.py does, and compares it with a recorded one.
 *
 * What the model, the loss and the optimizer compute comes from Python as programs. Nothing here
 * knows any of them by name.
 */

import { Program } from "./program.js";

/** @typedef {import("./program.js").ProgramCode} ProgramCode */

/**
 * What a run is computed from, as render/web/closed.py writes it, and its data.
 * @typedef {object} Recipe
 * @property {ProgramCode} prediction
 * @property {ProgramCode} loss the loss, then its derivatives
 * @property {ProgramCode | null} hessian
 * @property {ProgramCode} step
 * @property {Float64Array[]} state of the optimizer, before the first step
 * @property {Record<string, number>} options of the optimizer that can be changed
 * @property {number} lr
 * @property {Float64Array} factors of lr in each epoch, or one for all
 * @property {number} epochs
 * @property {number | null} batch points in a step; null: all
 * @property {boolean} zero_grad
 * @property {number} patience epochs without progress; 0: never stop early
 * @property {number} patience_tol
 * @property {number} tolerance of the comparison, a part of each column's range
 * @property {Float64Array[]} x features
 * @property {Float64Array} y
 */

/**
 * What is changed in a run; the rest is as it was recorded.
 * @typedef {object} Changes
 * @property {number} [lr]
 * @property {Record<string, number>} [options]
 */

/**
 * A run that was computed: T steps, P parameters.
 * @typedef {object} Computed
 * @property {number} steps T
 * @property {Float64Array} params (T + 1, P)
 * @property {Float64Array} grads (T + 1, P)
 * @property {Float64Array} loss (T + 1) over all data
 * @property {Float64Array} batch_loss (T + 1); the last is NaN
 * @property {Float64Array} lr (T + 1); the last is NaN
 * @property {boolean} broke_off whether the next row would not be finite
 */

/**
 * What a run of a film is computed from; null if it is only replayed.
 * @param {{closed: any, runs: {data: number}[], data: ({x: Float64Array, y: Float64Array} | null)[]}} film
 * @param {number} index of the run
 * @returns {Recipe | null}
 */
export function recipeOf(film, index) {
  const written = film.closed?.runs[index];
  if (!written || written.reason) return null;
  // A function of the parameters has one point, which it doesn't use.
  const data = film.data[film.runs[index].data];
  const y = data ? data.y : new Float64Array(1);
  const flat = data ? data.x : new Float64Array(1);
  const count = flat.length / y.length;
  const x = Array.from({ length: count }, (_, k) => y.map((_, i) => flat[i * count + k]));
  return { ...written, x, y };
}

/**
 * The loss and its gradient over some of the points.
 */
class Slope {
  /**
   * @param {Recipe} recipe
   * @param {ProgramCode} code
   * @param {number} length how many points
   * @param {string[]} names of the parameters
   * @param {Float64Array} at the parameters, read at each run
   */
  constructor(recipe, code, length, names, at) {
    this.recipe = recipe;
    /** @type {Record<string, Float64Array>} */
    const given = { y: new Float64Array(length) };
    recipe.x.forEach((_, i) => (given[`x${i}`] = new Float64Array(length)));
    const fixed = Object.keys(given);
    names.forEach((name, i) => (given[inputName(name)] = at.subarray(i, i + 1)));
    this.given = given;
    this.length = length;
    this.program = new Program(renamed(code), length, given, fixed);
    this.first = -1;
  }

  /**
   * Takes the points from `first` on.
   * @param {number} first
   * @returns {Slope}
   */
  from(first) {
    if (first !== this.first) {
      this.first = first;
      const last = first + this.length;
      this.recipe.x.forEach((x, i) => this.given[`x${i}`].set(x.subarray(first, last)));
      this.given.y.set(this.recipe.y.subarray(first, last));
      this.program.load();
    }
    return this;
  }

  /** @returns {Float64Array[]} */
  run() {
    this.program.run();
    return this.program.out;
  }
}

/**
 * A parameter may be called y or x0, as a vector of the data is.
 * @param {string} name
 * @returns {string}
 */
function inputName(name) {
  return `parameter ${name}`;
}

/**
 * @param {ProgramCode} code
 * @returns {ProgramCode}
 */
function renamed(code) {
  const operations = code.operations.map((operation) =>
    operation[0] === "input"
      ? /** @type {import("./program.js").Operation} */ (["input", inputName(String(operation[1]))])
      : operation,
  );
  return { operations, out: code.out };
}

/**
 * Trains a run. One whose numbers are no longer finite ends before that.
 * @param {Recipe} recipe
 * @param {string[]} names of the trained parameters
 * @param {ArrayLike<number>} start (P)
 * @param {Changes} [changes]
 * @returns {Computed | null} null if the start itself is not finite
 */
export function trained(recipe, names, start, changes = {}) {
  const count = names.length;
  const points = recipe.y.length;
  const size = recipe.batch === null ? points : Math.min(recipe.batch, points);
  const perEpoch = Math.ceil(points / size);
  const width = 2 * count;
  const rows = recipe.epochs * perEpoch + 1;
  const table = new Float64Array(rows * width);
  const losses = new Float64Array(rows);
  const rates = new Float64Array(rows);

  const params = Float64Array.from(start);
  const grads = new Float64Array(count);
  const whole = new Slope(recipe, recipe.loss, points, names, params);
  const rest = points % size;
  const usual = size === points ? whole : new Slope(recipe, recipe.loss, size, names, params);
  const last = rest ? new Slope(recipe, recipe.loss, rest, names, params) : usual;
  const curvature = recipe.hessian && new Slope(recipe, recipe.hessian, points, names, params);

  const lr = new Float64Array(1);
  const hessian = new Float64Array(count * count);
  /** @type {Record<string, Float64Array>} */
  const given = { params, grads, lr, hessian };
  for (const [name, value] of Object.entries({ ...recipe.options, ...changes.options })) {
    given[name] = Float64Array.of(value);
  }
  const state = recipe.state.map((leaf) => leaf.slice());
  state.forEach((leaf, i) => (given[`state${i}`] = leaf));
  const update = new Program(recipe.step, count, given);
  update.load();

  const base = changes.lr ?? recipe.lr;
  let row = 0;
  let brokeOff = false;

  /**
   * Notes a snapshot unless it is not finite.
   * @param {number} loss
   * @param {number} rate
   * @returns {boolean}
   */
  const record = (loss, rate) => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += params[i];
    for (let i = 0; i < count; i++) sum += grads[i];
    if (!Number.isFinite(sum + loss)) {
      brokeOff = true;
      rates[Math.max(row - 1, 0)] = NaN;
      return false;
    }
    table.set(params, row * width);
    table.set(grads, row * width + count);
    losses[row] = loss;
    rates[row] = rate;
    row += 1;
    return true;
  };

  let best = Infinity;
  let waited = 0;
  training: for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    const factor = recipe.factors[recipe.factors.length === 1 ? 0 : epoch];
    const rate = base * factor;
    for (let first = 0; first < points; first += size) {
      const slope = (first + size > points ? last : usual).from(first);
      const out = slope.run();
      for (let i = 0; i < count; i++) grads[i] += out[i + 1][0];
      if (!record(out[0][0], rate)) break training;
      if (curvature) curvature.from(0).run().forEach((one, i) => (hessian[i] = one[0]));
      lr[0] = rate;
      update.run();
      put(params, update.out[0]);
      state.forEach((leaf, i) => put(leaf, update.out[i + 1]));
      if (recipe.zero_grad) grads.fill(0);
    }
    if (recipe.patience) {
      let mean = 0;
      for (let i = row - perEpoch; i < row; i++) mean += losses[i];
      mean /= perEpoch;
      if (mean < best - recipe.patience_tol) {
        best = mean;
        waited = 0;
      } else {
        waited += 1;
      }
      if (waited >= recipe.patience) break;
    }
  }
  if (!row) return null;
  if (!brokeOff) {
    const out = whole.from(0).run();
    for (let i = 0; i < count; i++) grads[i] = out[i + 1][0];
    record(out[0][0], NaN);
  }

  /** @type {Computed} */
  const computed = {
    steps: row - 1,
    params: new Float64Array(row * count),
    grads: new Float64Array(row * count),
    loss: losses.slice(0, row),
    batch_loss: losses.slice(0, row),
    lr: rates.slice(0, row),
    broke_off: brokeOff,
  };
  computed.batch_loss[row - 1] = NaN;
  for (let i = 0; i < row; i++) {
    computed.params.set(table.subarray(i * width, i * width + count), i * count);
    computed.grads.set(table.subarray(i * width + count, (i + 1) * width), i * count);
  }
  if (size < points) {
    const code = { operations: recipe.loss.operations, out: recipe.loss.out.slice(0, 1) };
    const over = new Slope(recipe, code, points, names, params).from(0);
    for (let i = 0; i < row; i++) {
      params.set(computed.params.subarray(i * count, (i + 1) * count));
      computed.loss[i] = over.run()[0][0];
    }
  }
  return computed;
}

/**
 * Fills a vector with another one, or with a number.
 * @param {Float64Array} vector
 * @param {Float64Array} from
 */
function put(vector, from) {
  if (from.length === vector.length) vector.set(from);
  else vector.fill(from[0]);
}

/**
 * The predictions at inputs, of one or several features.
 * @param {Recipe} recipe
 * @param {string[]} names of the trained parameters
 * @param {ArrayLike<number>} params (P)
 * @param {Float64Array[]} x features (N)
 * @returns {Float64Array} (N)
 */
export function predicted(recipe, names, params, x) {
  const length = x[0].length;
  const at = Float64Array.from(params);
  const own = { ...recipe, x, y: new Float64Array(length) };
  const slope = new Slope(own, recipe.prediction, length, names, at);
  const [yhat] = slope.from(0).run();
  return yhat.length === length ? yhat : new Float64Array(length).fill(yhat[0]);
}

/**
 * The loss over all data as a function of parameters, of which the trained ones come first.
 * @param {Recipe} recipe
 * @param {string[]} names of the trained parameters
 * @returns {(values: ArrayLike<number>) => number}
 */
export function lossOver(recipe, names) {
  const at = new Float64Array(names.length);
  const code = { operations: recipe.loss.operations, out: recipe.loss.out.slice(0, 1) };
  const slope = new Slope(recipe, code, recipe.y.length, names, at).from(0);
  return (values) => {
    for (let i = 0; i < at.length; i++) at[i] = values[i];
    return slope.run()[0][0];
  };
}

/** Of a column's largest number: a difference that is less is rounding (learn/repeat.py). */
const DIGITS = 2 ** -44;

/**
 * A column of two runs, in the rows that were recorded.
 * @typedef {object} Difference
 * @property {string} column
 * @property {number} step
 * @property {number} recorded
 * @property {number} computed
 */

/**
 * The first number of a computed run that is not the recorded one; null if they agree.
 *
 * They may differ by a part of the column's range over the run.
 * @param {{names: string[], steps: number, params: Float64Array, loss: Float64Array,
 *   rows?: ArrayLike<number> | null, broke_off?: boolean}} recorded
 * @param {Computed | null} computed
 * @param {number} tolerance
 * @returns {Difference | null}
 */
export function difference(recorded, computed, tolerance) {
  const count = recorded.names.length;
  const steps = computed ? computed.steps : -1;
  if (!computed || steps !== recorded.steps) {
    return { column: "step", step: steps, recorded: recorded.steps, computed: steps };
  }
  const length = recorded.loss.length;
  /** @type {Difference | null} */
  let found = null;
  for (let column = 0; column <= count; column++) {
    const own = column < count;
    const before = own ? recorded.params : recorded.loss;
    const now = own ? computed.params : computed.loss;
    const width = own ? count : 1;
    const place = own ? column : 0;
    let low = Infinity;
    let high = -Infinity;
    for (let i = 0; i < length; i++) {
      const value = before[i * width + place];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const least = DIGITS * Math.max(Math.abs(low), Math.abs(high));
    const allowed = Math.max(tolerance * (high - low), least);
    for (let i = 0; i < length; i++) {
      const step = recorded.rows ? recorded.rows[i] : i;
      if (found && step >= found.step) break;
      const was = before[i * width + place];
      const is = now[step * width + place];
      if (Math.abs(was - is) <= allowed) continue;
      found = { column: own ? recorded.names[column] : "loss", step, recorded: was, computed: is };
    }
  }
  return found;
}
