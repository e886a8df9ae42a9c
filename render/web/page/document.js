// @ts-check
/** Reads the document: arrays travel as base64 of their bytes, so every number is the recorded one. */

/** @typedef {import("./types.js").Numbers} Numbers */

/** The bytes of a text in base64. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** The numbers of a packed array, row by row. @param {any} packed @returns {Numbers} */
export function numbers(packed) {
  if ("u1" in packed) return bytesOf(packed.u1);
  const bytes = bytesOf(packed.f8 ?? packed.f4);
  return packed.f8 === undefined ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
}

/** @param {any} value */
function isPacked(value) {
  return Array.isArray(value.shape) && ("f8" in value || "f4" in value || "u1" in value);
}

/**
 * A value of JSON with its arrays as numbers.
 * @param {any} value
 * @param {Numbers[]} [table] the arrays that others refer to
 * @returns {any}
 */
export function unpacked(value, table = []) {
  if (Array.isArray(value)) return value.map((each) => unpacked(each, table));
  if (value === null || typeof value !== "object") return value;
  if (isPacked(value)) return numbers(value);
  if (typeof value.array === "number") return table[value.array];
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, unpacked(each, table)]),
  );
}

/** The text of an element. @param {string} id @returns {string} */
function textOf(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element.textContent ?? "";
}

/** @returns {import("./types.js").FilmDocument} */
export function readFacts() {
  return unpacked(JSON.parse(textOf("film-document")));
}

/** @returns {Promise<import("./types.js").Pictures>} */
export async function readPictures() {
  const packed = new Blob([bytesOf(textOf("film-pictures").trim())]);
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = bytes.indexOf(0);
  const { arrays, images, ...rest } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const pictures = unpacked(rest, arrays.map(numbers));
  const shown = imagesOf(images, bytes.subarray(end + 1));
  for (const layout of pictures.layouts)
    layout.ops = layout.ops.map((/** @type {any[]} */ op) =>
      op[0] === "b" || op[0] === "g" ? [...op.slice(0, 6), shown[op[6]]] : paired(op),
    );
  return pictures;
}

/**
 * The images of numbers, each of which travels as what changes from the one before it.
 * @param {[number[], number][]} listed the shape of each, and the number of the one before it or −1
 * @param {Uint8Array} changes
 */
function imagesOf(listed, changes) {
  /** @type {import("./types.js").Image[]} */
  const made = [];
  let at = 0;
  for (const [shape, before] of listed) {
    const [rows, columns] = shape.slice(-2);
    const count = shape.reduce((product, side) => product * side, 1);
    const bytes = changes.slice(at, at + count);
    if (before >= 0) {
      const from = made[before].bytes;
      for (let i = 0; i < count; i++) bytes[i] += from[i];
    }
    made.push({ rows, columns, bytes });
    at += count;
  }
  return made;
}

/** An operation whose x and y come in pairs. @param {any[]} op */
function paired(op) {
  if (op.length !== 5 || (op[0] !== "q" && op[0] !== "O")) return op;
  const [kind, style, third, x, y] = op;
  return [kind, style, third, x.flatMap((/** @type {number} */ v, /** @type {number} */ i) => [v, y[i]])];
}
