// @ts-check
/** The box of the surface and its projection, as in draw/surface/geometry.py; y is upwards. */

/** @typedef {{elev: number, azim: number, zoom: number}} Camera */
/** @typedef {{half: number[], floor: number, top: number, low: number[], high: number[],
 *   losses: number[], log: boolean}} Box */
/** @typedef {{x: Float32Array, y: Float32Array, z: Float32Array}} Field */
/** @typedef {{right: number[], up: number[], towards: number[], eye: number[], scale: number,
 *   shift: number[]}} Projection */

const DISTANCE = 3.6; // of the eye from the box's centre, in box widths
const HEIGHT = 0.62; // of the loss axis
const GAP = 0.16; // between the floor and the lowest loss
const SAMPLES = 96; // along each ray
const MIN_RAY = 0.02; // a ray is not tested nearer to its point than this

/** @param {Camera} camera @returns {Projection} */
export function pose({ elev, azim }) {
  const e = (elev * Math.PI) / 180;
  const a = (azim * Math.PI) / 180;
  const towards = [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
  const right = [-Math.sin(a), Math.cos(a), 0];
  const up = [
    towards[1] * right[2] - towards[2] * right[1],
    towards[2] * right[0] - towards[0] * right[2],
    towards[0] * right[1] - towards[1] * right[0],
  ];
  const eye = towards.map((part) => DISTANCE * part);
  return { right, up, towards, eye, scale: 1, shift: [0, 0] };
}

/** The pixel of a point, y upwards. @param {Projection} p @param {ArrayLike<number>} point */
export function project(p, point, at = 0) {
  const [x, y, z] = [point[at], point[at + 1], point[at + 2]];
  const near =
    DISTANCE / (DISTANCE - (x * p.towards[0] + y * p.towards[1] + z * p.towards[2]));
  const across = x * p.right[0] + y * p.right[1] + z * p.right[2];
  const upwards = x * p.up[0] + y * p.up[1] + z * p.up[2];
  return [near * across * p.scale + p.shift[0], near * upwards * p.scale + p.shift[1]];
}

/** The pose, scaled and moved so that points fill a cell [left, bottom, right, top].
 * @param {Projection} p @param {ArrayLike<number>} points @param {number[]} cell */
export function fitted(p, points, cell) {
  const plain = { ...p, scale: 1, shift: [0, 0] };
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 3) {
    const at = project(plain, points, i);
    for (let axis = 0; axis < 2; axis++) {
      low[axis] = Math.min(low[axis], at[axis]);
      high[axis] = Math.max(high[axis], at[axis]);
    }
  }
  const room = [cell[2] - cell[0], cell[3] - cell[1]];
  const scale = Math.min(room[0] / (high[0] - low[0]), room[1] / (high[1] - low[1]));
  const shift = [0, 1].map(
    (axis) => cell[axis] + room[axis] / 2 - (scale * (low[axis] + high[axis])) / 2,
  );
  return { ...p, scale, shift };
}

/** x or y in the box of a coordinate. @param {Box} box @param {number} axis @param {number} value */
export function across(box, axis, value) {
  const share = (value - box.low[axis]) / (box.high[axis] - box.low[axis]) - 0.5;
  return 2 * box.half[axis] * share;
}

/** z in the box of a loss. @param {Box} box @param {number} loss */
export function upwards(box, loss) {
  let [low, high] = box.losses;
  if (box.log) {
    loss = Math.log(Math.max(loss, low));
    [low, high] = [Math.log(low), Math.log(high)];
  }
  return box.floor + GAP + (HEIGHT * (loss - low)) / Math.max(high - low, 1e-300);
}

/** The place in the box of coordinates and a loss; nan outside the picture.
 * @param {Box} box @param {number} first @param {number} second @param {number} loss */
export function placeOf(box, first, second, loss) {
  const at = [across(box, 0, first), across(box, 1, second), upwards(box, loss)];
  const outside =
    !(Math.abs(at[0]) <= box.half[0] + 1e-9) ||
    !(Math.abs(at[1]) <= box.half[1] + 1e-9) ||
    !(at[2] <= box.top + 1e-9);
  return outside ? [NaN, NaN, NaN] : at;
}

/** The surface at a place, bilinear; nan outside it.
 * @param {Field} field @param {number} x @param {number} y */
export function heightAt(field, x, y) {
  const columns = field.x.length;
  const rows = field.y.length;
  const i = ((x - field.x[0]) / (field.x[columns - 1] - field.x[0])) * (columns - 1);
  const j = ((y - field.y[0]) / (field.y[rows - 1] - field.y[0])) * (rows - 1);
  if (!(i >= 0 && i <= columns - 1 && j >= 0 && j <= rows - 1)) return NaN;
  const i0 = Math.min(Math.floor(i), columns - 2);
  const j0 = Math.min(Math.floor(j), rows - 2);
  const u = i - i0;
  const v = j - j0;
  const at = j0 * columns + i0;
  const { z } = field;
  const near = z[at] * (1 - u) + z[at + 1] * u;
  const far = z[at + columns] * (1 - u) + z[at + columns + 1] * u;
  return near * (1 - v) + far * v;
}

/** Whether a point of the surface is seen from the eye: its ray stays on one side of the surface.
 * @param {Field} field @param {number[]} bounds lowest and highest z
 * @param {ArrayLike<number>} points @param {number} at @param {number[]} eye */
export function isVisible(field, bounds, points, at, eye, samples = SAMPLES) {
  const point = [points[at], points[at + 1], points[at + 2]];
  if (!(point[0] === point[0])) return true;
  const way = eye.map((part, axis) => part - point[axis]);
  const long = Math.hypot(way[0], way[1], way[2]);
  const low = [field.x[0], field.y[0], bounds[0]];
  const high = [field.x[field.x.length - 1], field.y[field.y.length - 1], bounds[1]];
  let leaves = Infinity;
  for (let axis = 0; axis < 3; axis++) {
    way[axis] /= long;
    if (way[axis] === 0) continue;
    const wall = way[axis] > 0 ? high[axis] : low[axis];
    leaves = Math.min(leaves, (wall - point[axis]) / way[axis]);
  }
  leaves = Math.max(leaves, 0);
  let over = false;
  let under = false;
  for (let n = 1; n < samples; n++) {
    const share = n / (samples - 1);
    const reach = leaves * share * share;
    if (reach <= MIN_RAY) continue;
    const height = heightAt(field, point[0] + reach * way[0], point[1] + reach * way[1]);
    const above = point[2] + reach * way[2] - height;
    if (above > 0) over = true;
    else if (above < 0) under = true;
    if (over && under) return false;
  }
  return true;
}

/** Lines of a grid in up to three blocks, each painted towards the eye.
 * @param {Float32Array} axis @param {number} eye @returns {number[][]} */
export function linesTowards(axis, eye) {
  let beyond = 0;
  while (beyond < axis.length && axis[beyond] < eye) beyond++;
  const below = [...Array(beyond).keys()];
  const above = [];
  for (let i = axis.length - 1; i >= beyond; i--) above.push(i);
  const around = beyond > 0 && beyond < axis.length ? [beyond - 1, beyond] : [];
  return [below, above, around].filter((block) => block.length > 1);
}
