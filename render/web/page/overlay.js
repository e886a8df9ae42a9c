// @ts-check
import { placeOf } from "./geometry.js";
import { drawDot } from "./surface.js";

/** Paints runs that the page has computed over the recorded ones: trail, dot, loss and line. */

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").ComputedRun} ComputedRun */
/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./types.js").Chart} Chart */
/** @typedef {import("./player.js").Page} Page */

const COLOURS = ["#e0a100", "#19a7a0", "#b06be0"];
const DASHES = [7, 4];
const PARTS = 24; // of each step on the surface, if the loss between is known
const MAX_FINE = 60; // steps: of longer runs the surface has the recorded points alone

/** @param {ComputedRun} run @param {number} index @param {any} theme */
export function colourOf(run, index, theme) {
  return run.colour ?? theme.runs[(index + 2) % Math.max(theme.runs.length, 1)] ?? COLOURS[index % 3];
}

/** All parameters of a computed run at a fractional step. @param {Page} page
 * @param {ComputedRun} run @param {number} step */
export function valuesAt(page, run, step) {
  const landscape = page.document.landscapes[run.landscape ?? 0];
  const wide = run.names.length;
  const below = Math.min(Math.floor(step), run.steps);
  const above = Math.min(below + 1, run.steps);
  const part = step - below;
  const { frozen } = page.runs[run.base ?? 0];
  return Float64Array.from(landscape.parameters, (name) => {
    const i = run.names.indexOf(name);
    if (i < 0) return frozen[name] ?? 0;
    const a = run.params[wide * below + i];
    return part ? a + part * (run.params[wide * above + i] - a) : a;
  });
}

/** @param {Page} page @param {ComputedRun} run @param {number} step */
function lossAt(page, run, step) {
  const below = Math.min(Math.floor(step), run.steps);
  if (below === step || below === run.steps) return run.loss[below];
  if (run.objective) return run.objective(valuesAt(page, run, step));
  return run.loss[below] + (step - below) * (run.loss[below + 1] - run.loss[below]);
}

/** The coordinates in the landscape's plane of all parameters. @param {Page} page
 * @param {ComputedRun} run @param {Float64Array} values */
function coordinatesOf(page, run, values) {
  const { plane } = page.document.landscapes[run.landscape ?? 0];
  if (plane.columns) return plane.columns.map((column) => values[column]);
  const count = values.length;
  const wide = plane.directions.length / count;
  return Array.from({ length: wide }, (_, d) => {
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum += (values[i] - plane.origin[i]) * plane.directions[d * count + i];
    return sum;
  });
}

/** @param {Chart} chart @param {number[]} limits */
function placing(chart, limits) {
  const [left, top, right, bottom] = chart.area;
  const [low, high] = chart.log ? limits.map(Math.log10) : limits;
  return (/** @type {number} */ x, /** @type {number} */ y) => [
    left + ((x - chart.x[0]) * (right - left)) / (chart.x[1] - chart.x[0]),
    bottom - (((chart.log ? Math.log10(y) : y) - low) * (bottom - top)) / (high - low),
  ];
}

/** @param {Context} to @param {Chart} chart @param {() => void} paint */
function within(to, chart, paint) {
  const [left, top, right, bottom] = chart.area;
  to.save();
  to.beginPath();
  to.rect(left, top, right - left, bottom - top);
  to.clip();
  paint();
  to.restore();
}

/** @param {Context} to @param {number[][]} points @param {string} colour @param {number} width */
function stroke(to, points, colour, width) {
  to.beginPath();
  let apart = true;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      apart = true;
      continue;
    }
    if (apart) to.moveTo(x, y);
    else to.lineTo(x, y);
    apart = false;
  }
  to.strokeStyle = colour;
  to.lineWidth = width;
  to.lineJoin = "round";
  to.lineCap = "butt";
  to.setLineDash(DASHES);
  to.lineDashOffset = 0;
  to.stroke();
  to.setLineDash([]);
}

/** @param {string} colour @param {any} theme @param {number} radius */
function dotOf(colour, theme, radius) {
  const ring = { radius, face: null, edge: theme.edge, edgeWidth: radius / 1.6, alpha: 1, outline: null };
  const inner = { ...ring, edge: colour, edgeWidth: Math.max(3, radius / 3) };
  const solid = { radius, face: colour, edge: theme.edge, edgeWidth: Math.max(2, radius / 4), alpha: 1, outline: null };
  return { glow: [], solid: [solid], ring: [ring, inner] };
}

/** The steps that a line goes through until a step. @param {number} step @param {number} parts */
function stepsUntil(step, parts) {
  const count = Math.floor(step * parts + 1e-9);
  const steps = Array.from({ length: count + 1 }, (_, i) => i / parts);
  if (step > steps[count]) steps.push(step);
  return steps;
}

/**
 * Paints all computed runs at the page's moment.
 * @param {Page} page @param {Context} to @param {number} first @param {number | null} last
 * @param {number} u
 */
export function paintComputed(page, to, first, last, u) {
  const { theme } = page.document;
  page.computed.forEach((run, index) => {
    const colour = colourOf(run, index, theme);
    const base = run.base ?? 0; // the recorded run that it is a change of
    const step = Math.min(page.tick * page.document.clock.rate[base], run.steps);
    let n = 0;
    for (const panel of page.layout.panels) {
      const surface = panel.solid ? page.surfaces[n++] : null;
      if (panel.run !== null && panel.run !== base) continue;
      if (surface) onSurface(page, to, run, colour, step, surface);
      if (panel.chart) onChart(page, to, run, colour, step, panel.chart, first, last, u);
    }
  });
}

/** @param {Page} page @param {Context} to @param {ComputedRun} run @param {string} colour
 * @param {number} step @param {import("./surface.js").Surface} surface */
function onSurface(page, to, run, colour, step, surface) {
  const parts = run.objective && run.steps <= MAX_FINE ? PARTS : 1;
  /** @type {number[]} */
  const points = [];
  for (const at of stepsUntil(step, parts)) {
    const [a, b] = coordinatesOf(page, run, valuesAt(page, run, at));
    points.push(...placeOf(surface.box, a, b, lossAt(page, run, at)));
  }
  const width = surface.solid.runs[0]?.core.width ?? 4;
  const pen = { colour, width, alpha: 1, dashes: DASHES, cap: "butt" };
  const hidden = { ...pen, alpha: 0.4, width: 0.6 * width };
  to.save();
  surface.clip(to);
  surface.stroke(to, points, pen, hidden, null);
  to.restore();
  const now = points.slice(points.length - 3);
  if (!(now[0] === now[0])) return;
  const [x, y] = surface.pixel(now);
  const radius = 0.85 * (surface.solid.runs[0]?.dot.radius ?? 8);
  if (surface.holds(x, y)) drawDot(to, dotOf(colour, page.document.theme, radius), x, y, !surface.sees(now));
}

/** @param {Page} page @param {Context} to @param {ComputedRun} run @param {string} colour
 * @param {number} step @param {Chart} chart @param {number} first @param {number | null} last
 * @param {number} u */
function onChart(page, to, run, colour, step, chart, first, last, u) {
  /** @type {number[]} */
  let limits = chart.y;
  if (chart.changes) {
    limits = chart.y[first];
    const next = last === null ? null : chart.y[last];
    if (next) limits = limits.map((value, i) => value + u * (next[i] - value));
  }
  const place = placing(chart, limits);
  const width = 3;
  const radius = Math.max(5, 0.011 * page.layout.width * 0.5);
  /** @type {number[][]} */
  let points = [];
  let dotted = true;
  if (chart.shows === "parameters") {
    points = stepsUntil(step, 1).map((at) => {
      const [a, b] = coordinatesOf(page, run, valuesAt(page, run, at));
      return place(a, b);
    });
  } else if (chart.shows === "cost") {
    const parts = run.objective && run.steps <= MAX_FINE ? PARTS : 1;
    points = stepsUntil(step, parts).map((at) => place(valuesAt(page, run, at)[0], lossAt(page, run, at)));
  } else if (chart.shows === "loss") {
    const { per_unit, rate } = page.document.clock;
    points = stepsUntil(step, 1).map((at) => {
      const whole = Math.floor(at);
      const loss = run.loss[whole] + (at - whole) * ((run.loss[whole + 1] ?? 0) - run.loss[whole] || 0);
      return place(at / (rate[run.base ?? 0] * per_unit), loss);
    });
  } else if (run.line && chart.along) {
    const along = chart.along;
    const predicted = run.line(step, along);
    points = Array.from(along, (x, i) => place(x, predicted[i]));
    dotted = false;
  }
  if (!points.length) return;
  within(to, chart, () => stroke(to, points, colour, width));
  if (!dotted) return;
  const [left, top, right, bottom] = chart.area;
  const [x, y] = points[points.length - 1];
  const inside = [Math.min(Math.max(x, left), right), Math.min(Math.max(y, top), bottom)];
  const hollow = inside[0] !== x || inside[1] !== y;
  drawDot(to, dotOf(colour, page.document.theme, radius), inside[0], inside[1], hollow);
}
