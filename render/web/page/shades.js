// @ts-check
/** Colours images of numbers: the regions of classes as draw/panels/decision.py does, and blocks. */

/** @typedef {import("./types.js").Image} Image */
/** @typedef {import("./types.js").Op} Op */
/** @typedef {import("./types.js").Style} Style */
/** @typedef {import("./types.js").Context} Context */

const LINE_STEP = 3; // pixels of the frame between two places at which a boundary is computed
const MAX_PIXELS = 400_000; // of a picture of regions
const MAX_COLOURED = 12; // pictures that are remembered

/** @type {Map<Op, HTMLCanvasElement>} pictures of regions, the latest last */
const coloured = new Map();

/** @param {string} colour `#rrggbb` or `#rrggbbaa` @returns {number[]} */
export function rgbOf(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** A canvas with pixels. @param {number} width @param {number} height
 * @param {(data: Uint8ClampedArray) => void} fill */
function picture(width, height, fill) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const to = canvas.getContext("2d");
  if (!to) throw new Error("this browser has no canvas");
  const made = to.createImageData(width, height);
  fill(made.data);
  to.putImageData(made, 0, 0);
  return canvas;
}

/** Paints blocks of one colour each. @param {Context} to @param {Style} style @param {Op} op */
export function paintBlocks(to, style, op) {
  const [, , x, y, width, height, image] = op;
  const { rows, columns, bytes } = image;
  const colours = style[1].map(rgbOf);
  const canvas = picture(columns, rows, (data) => {
    for (let i = 0; i < bytes.length; i++) {
      const colour = colours[bytes[i]];
      for (let part = 0; part < 3; part++) data[4 * i + part] = colour[part];
      data[4 * i + 3] = 255;
    }
  });
  to.imageSmoothingEnabled = false;
  to.drawImage(canvas, x, y, width, height);
  to.imageSmoothingEnabled = true;
}

/**
 * The chance of each class at places of a grid between the image's, row after row.
 * @param {Image} image @param {number} count of classes
 * @param {Float64Array} across the places in columns of the image @param {Float64Array} down in rows
 */
function chancesAt(image, count, across, down) {
  const { rows, columns, bytes } = image;
  const size = rows * columns;
  const [wide, high] = [across.length, down.length];
  const found = Array.from({ length: count }, () => new Float32Array(wide * high));
  const own = new Float32Array(size);
  const line = new Float32Array(columns);
  for (let which = 0; which < count; which++) {
    for (let i = 0; i < size; i++) {
      const sure = bytes[size + i] / 255;
      own[i] = bytes[i] === which ? sure : (1 - sure) / Math.max(count - 1, 1);
    }
    const to = found[which];
    for (let j = 0; j < high; j++) {
      const row = Math.min(Math.floor(down[j]), rows - 2);
      const below = down[j] - row;
      for (let i = 0; i < columns; i++) {
        const at = row * columns + i;
        line[i] = own[at] + below * (own[at + columns] - own[at]);
      }
      for (let i = 0; i < wide; i++) {
        const column = Math.min(Math.floor(across[i]), columns - 2);
        const beside = across[i] - column;
        to[j * wide + i] = line[column] + beside * (line[column + 1] - line[column]);
      }
    }
  }
  return found;
}

/** Places evenly spaced over so many numbers, in the middles of pixels.
 * @param {number} count @param {number} numbers */
function middles(count, numbers) {
  return Float64Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * (numbers - 1));
}

/** @param {Style} style @param {Image} image @param {number} width @param {number} height */
function colouredRegions(style, image, width, height) {
  const [, colours, palest, deepest] = style;
  const parts = colours.map(rgbOf);
  const count = parts.length;
  const guess = 1 / count;
  const chances = chancesAt(image, count, middles(width, image.columns), middles(height, image.rows));
  return picture(width, height, (data) => {
    for (let i = 0; i < width * height; i++) {
      let best = 0;
      for (let which = 1; which < count; which++)
        if (chances[which][i] > chances[best][i]) best = which;
      const sure = Math.min(1, Math.max(0, (chances[best][i] - guess) / Math.max(1 - guess, 1e-9)));
      for (let part = 0; part < 3; part++) data[4 * i + part] = parts[best][part];
      data[4 * i + 3] = Math.round(255 * (palest + (deepest - palest) * sure));
    }
  });
}

/**
 * The pieces of the line on which values are 0, two ends each, in steps of the grid.
 * @param {Float32Array} values @param {number} wide
 */
export function zeroLine(values, wide) {
  /** @type {number[]} */
  const ends = [];
  for (let j = 0; j + 1 < values.length / wide; j++)
    for (let i = 0; i + 1 < wide; i++) {
      const at = j * wide + i;
      const corners = [values[at], values[at + 1], values[at + wide + 1], values[at + wide]];
      /** @type {number[]} */
      const met = [];
      for (let side = 0; side < 4; side++) {
        const [a, b] = [corners[side], corners[(side + 1) % 4]];
        if (a > 0 === b > 0) continue;
        const part = a / (a - b);
        const [x, y] = [[i + part, j], [i + 1, j + part], [i + 1 - part, j + 1], [i, j + 1 - part]][side];
        met.push(x, y);
      }
      if (met.length === 8 && corners[0] > 0 === corners[0] + corners[1] + corners[2] + corners[3] > 0)
        met.push(...met.splice(0, 2)); // a saddle: its middle says which sides belong together
      ends.push(...met);
    }
  return ends;
}

/** The lines between the regions. @param {Context} to @param {Style} style @param {Op} op */
function paintBoundaries(to, style, op) {
  const [, colours, , , colour, lineWidth, opacity] = style;
  const [, , x, y, width, height, image] = op;
  const count = colours.length;
  const places = (/** @type {number} */ length, /** @type {number} */ numbers) =>
    Float64Array.from(
      { length: Math.ceil(length / LINE_STEP) },
      (_, i) => ((i * LINE_STEP + 0.5) / length) * (numbers - 1),
    );
  const [across, down] = [places(width, image.columns), places(height, image.rows)];
  if (across.length < 2 || down.length < 2) return;
  const chances = chancesAt(image, count, across, down);
  const outer = to.globalAlpha;
  to.save();
  to.beginPath();
  to.rect(x, y, width, height);
  to.clip();
  [to.strokeStyle, to.lineWidth, to.lineCap, to.globalAlpha] = [colour, lineWidth, "round", outer * opacity];
  for (let which = 0; which < (count > 2 ? count : 1); which++) {
    const lead = chances[which].map((chance, i) => {
      let other = 0;
      for (let c = 0; c < count; c++) if (c !== which) other = Math.max(other, chances[c][i]);
      return chance - other;
    });
    const ends = zeroLine(lead, across.length);
    to.beginPath();
    for (let i = 0; i < ends.length; i += 4) {
      to.moveTo(x + 0.5 + LINE_STEP * ends[i], y + 0.5 + LINE_STEP * ends[i + 1]);
      to.lineTo(x + 0.5 + LINE_STEP * ends[i + 2], y + 0.5 + LINE_STEP * ends[i + 3]);
    }
    to.stroke();
  }
  to.restore();
}

/** Paints the regions of classes and the lines between them.
 * @param {Context} to @param {Style} style @param {Op} op */
export function paintRegions(to, style, op) {
  const [, , x, y, width, height, image] = op;
  const dense = Math.min(to.getTransform().a, Math.sqrt(MAX_PIXELS / (width * height)));
  const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * dense)));
  let canvas = coloured.get(op);
  if (!canvas || canvas.width !== wide || canvas.height !== high)
    canvas = colouredRegions(style, image, wide, high);
  coloured.delete(op);
  coloured.set(op, canvas);
  if (coloured.size > MAX_COLOURED) coloured.delete(coloured.keys().next().value ?? op);
  to.drawImage(canvas, x, y, width, height);
  paintBoundaries(to, style, op);
}
