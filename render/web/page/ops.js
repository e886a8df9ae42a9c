// @ts-check
import { paintBlocks, paintRegions } from "./shades.js";

/** Paints lists of shapes and words, see draw/display_list.py, and what lies between two of them:
 * see web/between.py, too. */

/** @typedef {import("./types.js").Op} Op */
/** @typedef {import("./types.js").Style} Style */
/** @typedef {import("./types.js").Layout} Layout */
/** @typedef {import("./types.js").Context} Context */

export const FAINT = 0.16; // opacity of the runs that are not picked
const FAR_PX = 12; // a disc that is so far away is another one
const SAME_PX = 0.3; // points so near are one
const EM = 0.6; // the advance of a letter of the mono font, in font sizes
const RAISED_EM = 0.42; // from one raised letter to the next, see draw/text.py
const RAISED = /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺]/;
const FAMILIES = /** @type {Record<string, string>} */ ({
  sans: '"Film Sans", Inter, system-ui, sans-serif',
  mono: '"Film Mono", "JetBrains Mono", ui-monospace, monospace',
});
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** The font of a size in pixels. @param {string} family @param {number} size */
export function fontOf(family, size) {
  return `${size}px ${FAMILIES[family]}`;
}

/** Begins a clip if there is one; whether there is. @param {Context} to @param {number[] | null} clip */
function clipped(to, clip) {
  if (!clip) return false;
  to.save();
  to.beginPath();
  to.rect(clip[0], clip[1], clip[2] - clip[0], clip[3] - clip[1]);
  to.clip();
  return true;
}

/** @param {Context} to @param {number[]} at */
function polyline(to, at) {
  to.moveTo(at[0], at[1]);
  for (let i = 2; i < at.length; i += 2) to.lineTo(at[i], at[i + 1]);
}

/** @param {Context} to @param {string} codes @param {number[]} at */
function outline(to, codes, at) {
  let i = 0;
  for (let c = 0; c < codes.length; c++) {
    const code = codes[c];
    if (code === "M") to.moveTo(at[i], at[i + 1]);
    else if (code === "L") to.lineTo(at[i], at[i + 1]);
    else if (code === "Q") {
      to.quadraticCurveTo(at[i], at[i + 1], at[i + 2], at[i + 3]);
      i += 2;
      c += 1;
    } else if (code === "C") {
      to.bezierCurveTo(at[i], at[i + 1], at[i + 2], at[i + 3], at[i + 4], at[i + 5]);
      i += 4;
      c += 2;
    }
    if (code === "Z") to.closePath();
    else i += 2;
  }
}

/** @param {Context} to @param {number} x @param {number} y @param {number} r */
function disc(to, x, y, r) {
  to.moveTo(x + r, y);
  to.arc(x, y, r, 0, 2 * Math.PI);
}

/** Words from the left end of their baseline. @param {Context} to @param {Style} style @param {Op} op */
function write(to, style, op) {
  const [, colour, size, family, advance] = style;
  const [, , x, y, angle, text] = op;
  to.fillStyle = colour;
  to.font = fontOf(family, size);
  if (advance) {
    let at = x + (advance - EM * size) / 2;
    let first = at; // of raised letters in a row, which close up behind it
    let raised = 0;
    for (const letter of text) {
      raised = RAISED.test(letter) ? raised + 1 : 0;
      if (raised === 1) first = at;
      const place = raised ? first + (raised - 1) * Math.round(RAISED_EM * size) : at;
      if (letter !== " ") to.fillText(letter, place, y);
      at += advance * (WIDE.test(letter) ? 2 : 1);
    }
  } else if (angle) {
    to.save();
    to.translate(x, y);
    to.rotate((-angle * Math.PI) / 180);
    to.fillText(text, 0, 0);
    to.restore();
  } else to.fillText(text, x, y);
}

/**
 * Paints one operation.
 * @param {Context} to @param {Style[]} styles @param {Op} op
 * @param {boolean[] | null} faint of each style, whether what has it is faint
 */
export function paintOp(to, styles, op, faint) {
  if (faint?.[op[1]]) {
    to.globalAlpha = FAINT;
    paintOp(to, styles, op, null);
    to.globalAlpha = 1;
    return;
  }
  const style = styles[op[1]];
  if (op[0] === "t") return write(to, style, op);
  if (op[0] === "b") return paintBlocks(to, style, op);
  if (op[0] === "g") return paintRegions(to, style, op);
  const [, stroke, width, cap, dashes, offset, fill, clip] = style;
  const on = clipped(to, clip);
  if (op[0] === "r") {
    to.fillStyle = fill;
    to.fillRect(op[2], op[3], op[4], op[5]);
  } else {
    to.beginPath();
    if (op[0] === "p") polyline(to, op[2]);
    else if (op[0] === "q") outline(to, op[2], op[3]);
    else if (op[0] === "o") disc(to, op[2], op[3], op[4]);
    else for (let i = 0; i < op[3].length; i += 2) disc(to, op[3][i], op[3][i + 1], op[2]);
    if (fill) {
      to.fillStyle = fill;
      to.fill();
    }
    if (stroke) {
      to.strokeStyle = stroke;
      to.lineWidth = width;
      to.lineCap = cap;
      to.lineJoin = "round";
      to.setLineDash(dashes);
      to.lineDashOffset = offset;
      to.stroke();
      if (dashes.length) to.setLineDash([]);
    }
  }
  if (on) to.restore();
}

/** Paints operations in order. @param {Context} to @param {Layout} layout @param {number[]} list
 * @param {boolean[] | null} faint */
export function paintList(to, layout, list, faint) {
  for (const number of list) paintOp(to, layout.styles, layout.ops[number], faint);
}

/** @param {number[]} a @param {number[]} b @param {number} u */
function mixed(a, b, u) {
  return a.map((value, i) => value + u * (b[i] - value));
}

/** A straight stroke with so many coordinates; any other as it is.
 * @param {number[]} at @param {number} count */
function divided(at, count) {
  if (at.length !== 4) return at;
  const parts = count / 2 - 1;
  return Array.from({ length: count }, (_, i) => {
    const share = Math.floor(i / 2) / parts;
    return at[i % 2] + share * (at[2 + (i % 2)] - at[i % 2]);
  });
}

/** The place on a stroke, in points of it, that is nearest to the end of another.
 * @param {number[]} at @param {number[]} other */
function reached(at, other) {
  const [x, y] = other.slice(other.length - 2);
  let nearest = Infinity;
  let place = 0;
  for (let i = 0; i + 3 < at.length; i += 2) {
    const way = [at[i + 2] - at[i], at[i + 3] - at[i + 1]];
    const square = Math.max(way[0] ** 2 + way[1] ** 2, 1e-12);
    const along = ((x - at[i]) * way[0] + (y - at[i + 1]) * way[1]) / square;
    const share = Math.min(1, Math.max(0, along));
    const gap = Math.hypot(at[i] + share * way[0] - x, at[i + 1] + share * way[1] - y);
    if (gap < nearest) {
      nearest = gap;
      place = i / 2 + share;
    }
  }
  return place;
}

/** Whether a stroke goes on as another begins. @param {number[]} a @param {number[]} b */
function begins(a, b) {
  for (let i = 0; i < a.length - 2; i++) if (Math.abs(a[i] - b[i]) >= SAME_PX) return false;
  return b.length > a.length;
}

/**
 * A stroke on its way from one to a longer one, which goes through its points at an even pace.
 * @param {number[]} from @param {number[]} at @param {number} u
 */
function begun(from, at, u) {
  const lead = reached(at, from);
  const along = lead + u * (at.length / 2 - 1 - lead);
  const whole = Math.floor(along);
  const part = along - whole;
  const kept = at.slice(0, 2 * whole + 2);
  if (part > 0)
    for (let axis = 0; axis < 2; axis++) {
      const from = at[2 * whole + axis];
      kept.push(from + part * (at[2 * whole + 2 + axis] - from));
    }
  return kept;
}

/**
 * An operation between two, at a share of the way; null where they are not of one kind.
 * @param {Op} a @param {Op} b @param {number} u @returns {Op | null}
 */
export function between(a, b, u) {
  if (a[0] !== b[0] || a[1] !== b[1] || a[0] === "b" || a[0] === "g") return null;
  if (a[0] === "p") {
    const [from, until] = [a[2], b[2]];
    if (from.length === until.length) return ["p", a[1], mixed(from, until, u)];
    if (begins(from, until)) return ["p", a[1], begun(from, until, u)];
    const count = Math.max(from.length, until.length);
    if (Math.min(from.length, until.length) !== 4) return null;
    return ["p", a[1], mixed(divided(from, count), divided(until, count), u)];
  }
  if (a[0] === "q") {
    return a[2] === b[2] ? ["q", a[1], a[2], mixed(a[3], b[3], u)] : null;
  }
  if (a[0] === "o") return ["o", a[1], ...mixed(a.slice(2), b.slice(2), u)];
  if (a[0] === "O") {
    return a[3].length === b[3].length ? ["O", a[1], a[2], mixed(a[3], b[3], u)] : null;
  }
  if (a[0] === "r") return ["r", a[1], ...mixed(a.slice(2), b.slice(2), u)];
  if (a[4] !== b[4] || a[5] !== b[5]) return null;
  return ["t", a[1], a[2] + u * (b[2] - a[2]), a[3] + u * (b[3] - a[3]), a[4], a[5]];
}

/**
 * Paints what lies between two lists. Where they are not of one form, each operation of the first
 * is looked for in the second, and one that isn't there stays where it was.
 * @param {Context} to @param {Layout} layout @param {number[]} first @param {number[] | null} last
 * @param {number} u @param {boolean[] | null} faint
 */
export function paintBetween(to, layout, first, last, u, faint) {
  if (!last || u <= 0) return paintList(to, layout, first, faint);
  const { ops, styles } = layout;
  if (first.length === last.length) {
    first.forEach((number, i) => {
      const op = ops[number];
      const made = last[i] === number ? op : between(op, ops[last[i]], u);
      paintOp(to, styles, made ?? op, faint);
    });
    return;
  }
  const [before, after] = [new Set(first), new Set(last)];
  const others = last.filter((number) => !before.has(number));
  let j = 0;
  for (const number of first) {
    const op = ops[number];
    let found = op;
    for (let k = j; !after.has(number) && k < others.length; k++) {
      const other = ops[others[k]];
      const far = op[0] === "o" && Math.hypot(op[2] - other[2], op[3] - other[3]) > FAR_PX;
      const made = far ? null : between(op, other, u);
      if (made) {
        found = made;
        j = k + 1;
        break;
      }
    }
    paintOp(to, styles, found, faint);
  }
}
