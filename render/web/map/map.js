"use strict";
// The page of a map: a pixel tells its run, a window that is dragged zooms.
(() => {
const facts = JSON.parse(document.getElementById("map-facts").textContent);
const picture = document.getElementById("map-picture");
const canvas = document.getElementById("map-canvas");
const said = document.getElementById("map-said");
const command = document.getElementById("map-command");
const whole = document.getElementById("map-whole");
const copy = document.getElementById("map-copy");
const [columns, rows] = facts.size;
const area = facts.area; // left, top, width, height in the picture's pixels
const drawing = canvas.getContext("2d");
let view = { left: 0, top: 0, right: columns, bottom: rows }; // in runs, from the upper left
let chosen = null; // [column, row from the top]
let dragged = null; // where a drag began, and where it is: [x0, y0, x1, y1] in canvas pixels

/** The numbers that stand in an element as base64. */
function numbers(id, Kind) {
  const text = atob(document.getElementById(id).textContent);
  return new Kind(Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
}
const verdicts = numbers("map-verdicts", Uint8Array);
const epochs = numbers("map-epochs", Float32Array);
const losses = numbers("map-losses", Float32Array);

/** Draw the part of the map that is in view, and what is marked on it. */
function draw() {
  const across = view.right - view.left;
  const down = view.bottom - view.top;
  const one = [area.width / columns, area.height / rows];
  drawing.imageSmoothingEnabled = false;
  drawing.drawImage(picture,
    area.left + view.left * one[0], area.top + view.top * one[1], across * one[0], down * one[1],
    0, 0, canvas.width, canvas.height);
  const size = [canvas.width / across, canvas.height / down];
  drawing.lineWidth = 2;
  for (const colour of ["#000", "#fff"]) {
    drawing.strokeStyle = colour;
    const out = colour === "#000" ? 2 : 0;
    if (chosen) {
      drawing.strokeRect((chosen[0] - view.left) * size[0] - 2 - out,
        (chosen[1] - view.top) * size[1] - 2 - out, size[0] + 4 + 2 * out, size[1] + 4 + 2 * out);
    }
    if (dragged) {
      const [x, y, right, bottom] = dragged;
      drawing.strokeRect(x - out, y - out, right - x + 2 * out, bottom - y + 2 * out);
    }
  }
}

/** A number in a few digits. */
function short(value) {
  if (!Number.isFinite(value)) return facts.words.beyond;
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A number as --set takes it. */
function typed(axis, at) {
  return facts.axes[axis].values[at];
}

/** A word for a shell. */
function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** Tell a run: its verdict, its figures, and the command that makes its film. */
function tell(column, row) {
  chosen = [column, row];
  const up = rows - 1 - row;
  const at = up * columns + column;
  const word = facts.words.verdicts[verdicts[at]];
  const known = Number.isNaN(epochs[at]) ? "" : ` ${facts.words.after.replace("{count}", short(epochs[at]))}`;
  const [x, y] = [typed("x", column), typed("y", up)];
  said.textContent = `${facts.axes.x.key} = ${x}, ${facts.axes.y.key} = ${y}: ${word}${known}, `
    + facts.words.loss.replace("{loss}", short(losses[at]));
  const sets = [...facts.alone, `${facts.axes.x.key}=${x}`, `${facts.axes.y.key}=${y}`];
  command.textContent = [facts.program, ...sets.map((set) => `--set ${quoted(set)}`)].join(" ");
  draw();
}

/** Show a window of the map enlarged, with the command that computes it anew. */
function zoom(left, top, right, bottom) {
  view = { left, top, right, bottom };
  chosen = null;
  whole.disabled = left === 0 && top === 0 && right === columns && bottom === rows;
  const range = (axis, from, to) => {
    const { key, scale } = facts.axes[axis];
    return `--${axis} ${quoted(`${key}=${typed(axis, from)}..${typed(axis, to)}:${scale}`)}`;
  };
  said.textContent = whole.disabled ? facts.words.hint : facts.words.window;
  command.textContent = [facts.again, range("x", left, right - 1), range("y", rows - bottom, rows - 1 - top),
    `--size ${columns}x${rows}`].join(" ");
  draw();
}

/** A pixel of the canvas under a pointer. */
function under(event) {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left) * canvas.width / box.width;
  const y = (event.clientY - box.top) * canvas.height / box.height;
  return [Math.min(Math.max(x, 0), canvas.width), Math.min(Math.max(y, 0), canvas.height)];
}

/** The run at a pixel of the canvas. */
function runAt([x, y]) {
  const column = view.left + x / canvas.width * (view.right - view.left);
  const row = view.top + y / canvas.height * (view.bottom - view.top);
  return [Math.min(Math.floor(column), view.right - 1), Math.min(Math.floor(row), view.bottom - 1)];
}

canvas.addEventListener("pointerdown", (event) => {
  const [x, y] = under(event);
  dragged = [x, y, x, y];
  canvas.setPointerCapture(event.pointerId);
});
canvas.addEventListener("pointermove", (event) => {
  const [x, y] = under(event);
  if (dragged) {
    dragged[2] = x;
    dragged[3] = y;
    draw();
  } else if (event.pointerType === "mouse") {
    tell(...runAt([x, y]));
  }
});
canvas.addEventListener("pointerup", (event) => {
  if (!dragged) return;
  const [x0, y0] = runAt(dragged.slice(0, 2));
  const [x1, y1] = runAt(under(event));
  const far = Math.hypot(dragged[2] - dragged[0], dragged[3] - dragged[1]) > 6;
  dragged = null;
  if (far && x0 !== x1 && y0 !== y1) {
    zoom(Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1) + 1, Math.max(y0, y1) + 1);
  } else {
    tell(x1, y1);
  }
});
canvas.addEventListener("pointercancel", () => { dragged = null; draw(); });
canvas.addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const move = moves[event.key];
  if (event.key === "Escape") zoom(0, 0, columns, rows);
  if (!move) return;
  event.preventDefault();
  const [column, row] = chosen || [Math.floor((view.left + view.right) / 2), Math.floor((view.top + view.bottom) / 2)];
  tell(Math.min(Math.max(column + move[0], view.left), view.right - 1),
    Math.min(Math.max(row + move[1], view.top), view.bottom - 1));
});
whole.addEventListener("click", () => zoom(0, 0, columns, rows));
copy.addEventListener("click", () => {
  const range = document.createRange();
  range.selectNodeContents(command);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  if (navigator.clipboard) navigator.clipboard.writeText(command.textContent).catch(() => {});
});

/** Lay the canvas over the runs of the picture, as large as they are drawn. */
function place() {
  const scale = picture.clientWidth / picture.naturalWidth;
  canvas.width = area.width;
  canvas.height = area.height;
  for (const [side, value] of Object.entries(area)) canvas.style[side] = `${value * scale}px`;
  draw();
}
new ResizeObserver(place).observe(picture);
if (picture.complete) { place(); zoom(0, 0, columns, rows); }
picture.addEventListener("load", () => { place(); zoom(0, 0, columns, rows); });
})();
