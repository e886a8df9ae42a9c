// @ts-check
import { across, fitted, heightAt, isVisible, linesTowards, pose, project } from "./geometry.js";
import { fontOf } from "./ops.js";
import { rgbOf } from "./shades.js";

/** Paints a surface panel from any side: draw/surface in numbers, see draw/surface/solid.py. */

/** @typedef {import("./types.js").Context} Context */
/** @typedef {import("./types.js").Pen} Pen */
/** @typedef {import("./types.js").Stamp} Stamp */
/** @typedef {import("./geometry.js").Projection} Projection */
/** @typedef {import("./geometry.js").Camera} Camera */

const SEAM = 0.45; // device pixels by which a quad is larger, so that none can be seen between two
const GLIDE = Math.sin((4 * Math.PI) / 180); // see draw/surface/axes.py for these
const FADED = Math.sin((4 * Math.PI) / 180);
const WHOLE = Math.sin((9 * Math.PI) / 180);
const SHADES = 8;
const MIDDLE_EM = 0.36;
const DESCENT_EM = 0.2;
const ASCENT_EM = 0.75;
const PADDING_EM = 0.1;
const BESIDE_EM = 0.4;
const MOVED_EM = 2.5;
const TICK_GAP_EM = 0.55;
const NAME_GAP_EM = 2.1;
const APART = 1.5; // see draw/plot/trail.py for these
const FANNED = 4;
const QUICK_SAMPLES = 40; // along a ray while the surface is being turned

/** A word moved into a cell, if it is not far outside.
 * @template {{x: number, y: number}} W
 * @param {W} word @param {number[]} box of it @param {number[]} cell @param {number} most pixels
 * @returns {W} */
function held(word, box, cell, most) {
  const x = Math.max(0, cell[0] - box[0]) - Math.max(0, box[2] - cell[2]);
  const y = Math.max(0, cell[1] - box[1]) - Math.max(0, box[3] - cell[3]);
  if (Math.max(Math.abs(x), Math.abs(y)) > most) return word;
  return { ...word, x: word.x + x, y: word.y + y };
}

/** Whether a convex area and a rectangle have something in common.
 * @param {number[][]} corners around the area @param {number[]} box its low and its high sides */
function crosses(corners, box) {
  const rectangle = [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]];
  const edges = corners.map(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return [y - nextY, nextX - x];
  });
  // Apart are two convex areas if they are so seen along a side of one of them.
  return [[1, 0], [0, 1], ...edges].every(([a, b]) => {
    const [one, other] = [corners, rectangle].map((area) => area.map(([x, y]) => a * x + b * y));
    return Math.max(...one) >= Math.min(...other) && Math.max(...other) >= Math.min(...one);
  });
}

/** Prepares a stroke. @param {Context} to @param {Pen} pen @param {number} [offset] */
export function usePen(to, pen, offset = 0) {
  to.strokeStyle = pen.colour;
  to.globalAlpha = pen.colour.length > 7 ? 1 : pen.alpha;
  to.lineWidth = pen.width;
  to.lineCap = /** @type {CanvasLineCap} */ (pen.cap);
  to.lineJoin = "round";
  to.setLineDash(pen.dashes);
  to.lineDashOffset = offset;
}

/** Draws a mark at a pixel. @param {Context} to @param {Stamp} stamp @param {number} x @param {number} y */
export function drawStamp(to, stamp, x, y) {
  to.beginPath();
  if (stamp.outline) {
    stamp.outline.forEach(([u, v], i) => {
      const at = /** @type {const} */ ([x + stamp.radius * u, y - stamp.radius * v]);
      if (i) to.lineTo(...at);
      else to.moveTo(...at);
    });
    to.closePath();
  } else to.arc(x, y, stamp.radius, 0, 2 * Math.PI);
  to.globalAlpha = stamp.alpha;
  if (stamp.face) {
    to.fillStyle = stamp.face;
    to.fill();
  }
  if (stamp.edge && stamp.edgeWidth) {
    to.strokeStyle = stamp.edge;
    to.lineWidth = stamp.edgeWidth;
    to.lineCap = "butt";
    to.lineJoin = "round";
    to.setLineDash([]);
    to.stroke();
  }
  to.globalAlpha = 1;
}

/** Draws a dot. @param {Context} to @param {any} dot @param {number} x @param {number} y
 * @param {boolean} hollow */
export function drawDot(to, dot, x, y, hollow) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  for (const stamp of dot.glow) drawStamp(to, stamp, x, y);
  for (const stamp of hollow ? dot.ring : dot.solid) drawStamp(to, stamp, x, y);
}

/** The last place of ascending numbers that is not above a value; −1 if there is none.
 * @param {ArrayLike<number>} values @param {number} value */
export function placeBefore(values, value) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A surface panel in a layout. */
export class Surface {
  /** @param {any} solid @param {import("./types.js").Layout} layout @param {any} theme */
  constructor(solid, layout, theme) {
    this.solid = solid;
    this.height = layout.height;
    this.theme = theme;
    this.box = solid.box;
    const { mesh } = solid;
    this.field = { x: mesh.x, y: mesh.y, z: mesh.z };
    let lowest = Infinity;
    let highest = -Infinity;
    for (const z of mesh.z) {
      lowest = Math.min(lowest, z);
      highest = Math.max(highest, z);
    }
    this.bounds = [lowest, highest];
    this.colours = Array.from({ length: mesh.colours.length / 3 }, (_, i) => {
      const [r, g, b] = mesh.colours.subarray(3 * i, 3 * i + 3);
      return `rgb(${r},${g},${b})`;
    });
    this.outline = this.rim();
    /** @type {Camera | null} the reader's own view */
    this.own = null;
    this.turning = false; // by hand, at this moment
    /** @type {string} */
    this.key = "";
    /** @type {Projection} */
    this.projection = pose({ elev: 30, azim: -60, zoom: 1 });
    /** @type {boolean[][]} */
    this.seen = [];
    /** @type {boolean[][]} */
    this.marksSeen = [];
    /** @type {{home: number[], aside: number[]}[]} */
    this.fan = [];
  }

  /** Points that the picture must hold, one after another. @returns {number[]} */
  rim() {
    const { x, y, z } = this.field;
    const { half, floor } = this.box;
    const points = [];
    for (const a of [-half[0], half[0]])
      for (const b of [-half[1], half[1]]) points.push(a, b, floor);
    const columns = x.length;
    for (let j = 0; j < y.length; j++)
      for (let i = 0; i < columns; i++)
        if (j === 0 || i === 0 || j === y.length - 1 || i === columns - 1)
          points.push(x[i], y[j], z[j * columns + i]);
    return points.concat([...this.solid.off]);
  }

  /** Whether labels fade and the loss axis glides: where the view moves. */
  get glides() {
    return this.solid.turns || this.own !== null;
  }

  /** Takes a pose; whether it is another one. @param {Camera} film the film's own camera */
  look(film) {
    const camera = this.own ?? film;
    const key = `${camera.elev},${camera.azim},${camera.zoom},${this.own !== null},${this.turning}`;
    if (key === this.key) return false;
    this.key = key;
    const plain = pose(camera);
    const { fit, inner } = this.solid;
    if (this.own) {
      const corner = this.lossCorner(plain);
      const points = [...this.outline, corner[0], corner[1], this.box.top];
      const own = fitted(plain, points, inner);
      this.projection = own.scale < fit.scale ? own : this.centred(plain, points, fit.scale);
    } else {
      const { zoom } = camera;
      const middle = [(inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2];
      const shift = middle.map((at, axis) => at + zoom * (fit.shift[axis] - at));
      this.projection = { ...plain, scale: fit.scale * zoom, shift };
    }
    const samples = this.turning ? QUICK_SAMPLES : undefined;
    const { eye } = this.projection;
    /** @param {ArrayLike<number>} points */
    const flags = (points) => {
      const seen = [];
      for (let i = 0; i < points.length; i += 3)
        seen.push(isVisible(this.field, this.bounds, this.raised(points, i), 0, eye, samples));
      return seen;
    };
    this.seen = this.solid.runs.map((/** @type {any} */ run) => flags(run.points));
    this.marksSeen = this.solid.runs.map((/** @type {any} */ run) => flags(run.marks));
    this.fanOut();
    return true;
  }

  /** A pose at a scale, in the middle of the panel. @param {Projection} plain
   * @param {number[]} points @param {number} scale */
  centred(plain, points, scale) {
    const { inner } = this.solid;
    const own = fitted(plain, points, inner);
    const middle = [(inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2];
    const share = scale / own.scale;
    const shift = middle.map((at, axis) => at + share * (own.shift[axis] - at));
    return { ...plain, scale, shift };
  }

  /** The pixel of a point, y downwards. @param {ArrayLike<number>} point @param {number} [at] */
  pixel(point, at = 0) {
    const [x, y] = project(this.projection, point, at);
    return [x, this.height - y];
  }

  /** @param {number[]} point */
  sees(point) {
    return isVisible(this.field, this.bounds, this.raised(point), 0, this.projection.eye);
  }

  /** A point, on the surface if it is just under it and its run is away from the plane: what
   * hides it is a wall in front of it, not that. @param {ArrayLike<number>} points @param {number} at */
  raised(points, at = 0) {
    const point = [points[at], points[at + 1], points[at + 2]];
    const { under } = this.solid;
    if (!under) return point;
    const height = heightAt(this.field, point[0], point[1]);
    if (point[2] < height && height - point[2] < under) point[2] = height;
    return point;
  }

  /** @param {Projection} projection @returns {number[]} */
  lossCorner(projection) {
    const { half } = this.box;
    const right = projection.right;
    const most = Math.max(Math.abs(right[0]), Math.abs(right[1]), 1e-9);
    return [0, 1].map((axis) => {
      const towards = right[axis] / most;
      if (!this.glides) return towards < 0 || Object.is(towards, -0) ? -half[axis] : half[axis];
      const share = Math.min(1, Math.max(-1, towards / GLIDE));
      return half[axis] * Math.sin(0.5 * Math.PI * share);
    });
  }

  /** Dots whose runs start at one place stand around it. */
  fanOut() {
    const { runs } = this.solid;
    /** @type {number[][]} */
    const homes = runs.map((/** @type {any} */ run) =>
      run.points.length ? this.pixel(run.points) : [NaN, NaN],
    );
    this.fan = homes.map((home, i) => {
      const together = homes.flatMap((other, k) =>
        Math.hypot(home[0] - other[0], home[1] - other[1]) <= 1 ? [k] : [],
      );
      if (together.length < 2) return { home, aside: [0, 0] };
      const radius = Math.max(...together.map((k) => runs[k].dot.radius));
      const turn = (2 * Math.PI * together.indexOf(i)) / together.length;
      const wide = (APART * radius) / (2 * Math.sin(Math.PI / together.length));
      return { home, aside: [wide * Math.sin(turn), -wide * Math.cos(turn)] };
    });
  }

  /** @param {Context} to */
  clip(to) {
    const [left, bottom, right, top] = this.solid.cell;
    to.beginPath();
    to.rect(left, this.height - top, right - left, top - bottom);
    to.clip();
  }

  /** Paints what doesn't move: floor, labels, surface. @param {Context} to
   * @param {number} scale device pixels of a pixel */
  paintStill(to, scale) {
    to.save();
    this.clip(to);
    this.paintFloor(to);
    to.restore();
    this.paintLabels(to);
    to.save();
    this.clip(to);
    this.paintMesh(to, scale);
    this.paintMarks(to);
    to.restore();
    to.globalAlpha = 1;
    to.setLineDash([]);
  }

  /** @param {Context} to */
  paintFloor(to) {
    const { grid, contours } = this.solid;
    const { floor, top } = this.box;
    const [x, y] = this.lossCorner(this.projection);
    this.floorLines(to, grid);
    to.beginPath();
    this.line(to, [x, y, floor, x, y, top]);
    to.stroke();
    for (const contour of contours) this.floorLines(to, contour);
  }

  /** @param {Context} to @param {{pen: Pen, lines: Float32Array}} strokes */
  floorLines(to, { pen, lines }) {
    const { floor } = this.box;
    usePen(to, pen);
    to.beginPath();
    let apart = true;
    for (let i = 0; i < lines.length; i += 2) {
      if (!(lines[i] === lines[i])) {
        apart = true;
        continue;
      }
      const [px, py] = this.pixel([lines[i], lines[i + 1], floor]);
      if (apart) to.moveTo(px, py);
      else to.lineTo(px, py);
      apart = false;
    }
    to.stroke();
  }

  /** Adds a line through points of the box. @param {Context} to @param {ArrayLike<number>} points */
  line(to, points) {
    for (let i = 0; i < points.length; i += 3) {
      const [px, py] = this.pixel(points, i);
      if (i) to.lineTo(px, py);
      else to.moveTo(px, py);
    }
  }

  /** Paints the quads from back to front, and on each the wires behind it.
   * @param {Context} to @param {number} scale */
  paintMesh(to, scale) {
    const { mesh } = this.solid;
    const { x, y, z } = this.field;
    const columns = x.length;
    const rows = y.length;
    const px = new Float64Array(rows * columns);
    const py = new Float64Array(rows * columns);
    const point = [0, 0, 0];
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        const at = j * columns + i;
        point[0] = x[i];
        point[1] = y[j];
        point[2] = z[at];
        const [u, v] = this.pixel(point);
        px[at] = u;
        py[at] = v;
      }
    const apart = [(columns - 1) / mesh.wires, (rows - 1) / mesh.wires];
    const wired = [columns, rows].map((count, axis) =>
      Array.from({ length: count }, (_, i) => i > 0 && i < count - 1 && i % apart[axis] === 0),
    );
    const wire = { ...mesh.wire, width: mesh.wire.width * this.projection.scale };
    usePen(to, wire);
    const strength = to.globalAlpha;
    to.globalAlpha = 1;
    const seam = SEAM / scale;
    const { eye } = this.projection;
    /** @param {number} a @param {number} b */
    const edge = (a, b) => {
      to.globalAlpha = strength;
      to.beginPath();
      to.moveTo(px[a], py[a]);
      to.lineTo(px[b], py[b]);
      to.stroke();
      to.globalAlpha = 1;
    };
    /** @param {number} j0 @param {number} j1 @param {number} i0 @param {number} i1 */
    const quad = (j0, j1, i0, i1) => {
      const corners = [j0 * columns + i0, j0 * columns + i1, j1 * columns + i1, j1 * columns + i0];
      if (mesh.holes && corners.some((at) => mesh.holes[at])) return;
      let mx = 0;
      let my = 0;
      for (const at of corners) {
        mx += px[at] / 4;
        my += py[at] / 4;
      }
      to.fillStyle = this.colours[Math.min(j0, j1) * (columns - 1) + Math.min(i0, i1)];
      to.beginPath();
      for (let n = 0; n < 4; n++) {
        const at = corners[n];
        const dx = px[at] - mx;
        const dy = py[at] - my;
        const more = 1 + seam / Math.max(Math.hypot(dx, dy), 1e-6);
        if (n) to.lineTo(mx + dx * more, my + dy * more);
        else to.moveTo(mx + dx * more, my + dy * more);
      }
      to.fill();
      if (wired[1][j0]) edge(corners[0], corners[1]);
      if (wired[0][i0]) edge(corners[0], corners[3]);
    };
    const turned = Math.abs(eye[0]) > Math.abs(eye[1]);
    for (const down of linesTowards(y, eye[1]))
      for (const along of linesTowards(x, eye[0])) {
        const [outer, inner] = turned ? [along, down] : [down, along];
        for (let a = 1; a < outer.length; a++)
          for (let b = 1; b < inner.length; b++)
            if (turned) quad(inner[b - 1], inner[b], outer[a - 1], outer[a]);
            else quad(outer[a - 1], outer[a], inner[b - 1], inner[b]);
      }
  }

  /** Paints the curve of a slice, and a cross at each minimum. @param {Context} to */
  paintMarks(to) {
    const { slice, crosses } = this.solid;
    if (slice) {
      const thin = { ...slice.pen, width: 0.8 * slice.pen.width, alpha: 0.35 };
      this.stroke(to, slice.points, slice.pen, thin, null);
    }
    for (const cross of crosses) {
      usePen(to, { ...cross.pen, alpha: this.sees(cross.at) ? cross.pen.alpha : cross.hidden });
      to.beginPath();
      this.line(to, cross.arms.slice(0, 2).flat());
      this.line(to, cross.arms.slice(2).flat());
      to.stroke();
      to.globalAlpha = 1;
    }
  }

  /**
   * Strokes a line, where it is hidden with another pen or none.
   * @param {Context} to @param {ArrayLike<number>} points @param {Pen} pen @param {Pen | null} hidden
   * @param {{casing?: Pen | null, seen?: boolean[], longest?: number | null} | null} options
   */
  stroke(to, points, pen, hidden, options) {
    const count = points.length / 3;
    const seen =
      options?.seen ??
      Array.from({ length: count }, (_, i) =>
        isVisible(this.field, this.bounds, points, 3 * i, this.projection.eye),
      );
    const flat = Array.from({ length: count }, (_, i) => this.pixel(points, 3 * i));
    let along = 0;
    let from = 0;
    while (from < count - 1) {
      let until = from + 1;
      while (until < count - 1 && seen[until] === seen[from]) until++;
      const part = flat.slice(from, until + 1);
      const pens = seen[from] ? [options?.casing, pen] : [hidden];
      let long = 0;
      for (const one of pens) {
        if (!one) continue;
        usePen(to, one, one.dashes.length ? along : 0);
        to.beginPath();
        /** @type {number[] | null} */
        let before = null;
        long = 0;
        for (const at of part) {
          const there = at[0] === at[0];
          const gap = before && there ? Math.hypot(at[0] - before[0], at[1] - before[1]) : 0;
          if (!there) before = null;
          else {
            if (!before || (options?.longest && gap > options.longest)) to.moveTo(at[0], at[1]);
            else to.lineTo(at[0], at[1]);
            before = at;
          }
          long += gap;
        }
        to.stroke();
      }
      along += long;
      from = until;
    }
    to.globalAlpha = 1;
    to.setLineDash([]);
  }

  /** Paints the words of the axes; one that would overlap another is left out. @param {Context} to */
  paintLabels(to) {
    const { labels, labelled } = this.solid;
    if (!labels) return;
    const em = labels.size;
    to.font = fontOf("sans", em);
    /** @param {string} text */
    const width = (text) => to.measureText(text).width;
    /** @typedef {{x: number, y: number, text: string, strength: number}} Word */
    /** A word outside a point, `gap` text heights away. @param {number[]} point @param {number[]} way
     * @param {number} gap @param {string} text @param {number} strength @returns {Word} */
    const outside = ([px, py], way, gap, text, strength) => {
      const out =
        gap * em + Math.abs(way[0]) * 0.29 * em * [...text].length + Math.abs(way[1]) * 0.4 * em;
      const x = px + way[0] * out - width(text) / 2;
      return { x, y: py + way[1] * out - MIDDLE_EM * em, text, strength };
    };
    /** @param {Word} word */
    const boxOf = ({ x, y, text }) => [x, y - DESCENT_EM * em, x + width(text), y + ASCENT_EM * em];
    /** @param {Word} word */
    const isShown = ({ strength }) => (this.theme.clear ? strength > 0.5 : strength > 0);
    /** @param {number[]} box @param {number[][]} others @param {number} beside */
    const meets = (box, others, beside) =>
      others.some(
        (other) =>
          other[0] < box[2] + beside * em &&
          other[1] < box[3] + PADDING_EM * em &&
          other[2] > box[0] - beside * em &&
          other[3] > box[1] - PADDING_EM * em,
      );
    /** @param {number[]} box */
    const holds = (box) =>
      box[0] >= labelled[0] && box[2] <= labelled[2] && box[1] >= labelled[1] && box[3] <= labelled[3];
    /** @type {Word[][]} */
    const numbers = [];
    /** @type {Word[][]} the places that each name may have, the best first */
    const places = [];
    for (const axis of [0, 1]) {
      const { at, texts, names } = labels.axes[axis];
      const { half, floor } = this.box;
      const { eye, towards } = this.projection;
      const near = Math.sign(eye[1 - axis]) * half[1 - axis] || half[1 - axis];
      const strength = this.strengthOf(axis, towards);
      /** @param {number} along the axis */
      const edge = (along) => {
        const end = [0, 0, floor];
        end[axis] = along;
        end[1 - axis] = near;
        const inward = [...end];
        inward[1 - axis] = 0;
        const [ex, ey] = project(this.projection, end);
        const [ix, iy] = project(this.projection, inward);
        const long = Math.hypot(ex - ix, ey - iy);
        return { point: [ex, ey], way: [(ex - ix) / long, (ey - iy) / long] };
      };
      numbers.push(at.map((/** @type {number} */ value, /** @type {number} */ i) => {
        const { point, way } = edge(value);
        return outside(point, way, TICK_GAP_EM, texts[i], strength);
      }));
      const { point, way } = edge(0);
      if (this.glides) {
        places.push([outside(point, way, NAME_GAP_EM, names[0], strength)]);
        continue;
      }
      const ends = [edge(-half[axis]).point, edge(half[axis]).point];
      const end = ends[0][1] <= ends[1][1] ? ends[0] : ends[1];
      const long = Math.max(Math.hypot(end[0] - point[0], end[1] - point[1]), 1e-9);
      const along = [(end[0] - point[0]) / long, (end[1] - point[1]) / long];
      const corner = [end[0] + way[0] * TICK_GAP_EM * em, end[1] + way[1] * TICK_GAP_EM * em];
      const found = [
        ...names.map((/** @type {string} */ text) => outside(point, way, NAME_GAP_EM, text, strength)),
        ...names.map((/** @type {string} */ text) =>
          outside(corner, along, 2 * TICK_GAP_EM, text, strength)),
      ];
      places.push(found.map((word) => held(word, boxOf(word), labelled, MOVED_EM * em)));
    }
    const { at, texts, names: lossNames } = labels.axes[2];
    const [cx, cy] = this.lossCorner(this.projection);
    const rim = this.glides ? this.furthestRight() : -Infinity;
    const losses = at.map((/** @type {number} */ z, /** @type {number} */ i) => {
      const [x, y] = project(this.projection, [cx, cy, z]);
      const left = Math.max(x, rim) + 0.7 * em;
      return { x: left, y: y - MIDDLE_EM * em, text: texts[i], strength: 1 };
    });
    const [tx, ty] = project(this.projection, [cx, cy, this.box.top]);
    const left = Math.min(Math.max(tx, rim) + 0.7 * em, labelled[2] - width(lossNames[0]));
    const top = Math.min(ty + 1.2 * em, labelled[3] - (ASCENT_EM - MIDDLE_EM) * em);
    /** @type {Word[]} */
    const names = [];
    const ticks = [...numbers[0], ...numbers[1], ...losses].filter(isShown).map(boxOf);
    const floor = this.floorCorners();
    for (const words of places) {
      const clear = words.filter((word) => {
        const box = boxOf(word);
        return holds(box) && !crosses(floor, box) && !meets(box, names.map(boxOf), BESIDE_EM);
      });
      const free = clear.find((word) => !meets(boxOf(word), ticks, BESIDE_EM)) ?? clear[0];
      if (free && isShown(free)) names.push(free);
    }
    names.push({ x: left, y: top - MIDDLE_EM * em, text: lossNames[0], strength: 1 });
    /** @type {number[][]} */
    const boxes = [];
    for (const word of [...names, ...losses, ...numbers[0], ...numbers[1]]) {
      const box = boxOf(word);
      if (!isShown(word) || meets(box, boxes, PADDING_EM) || !holds(box)) continue;
      boxes.push(box);
      to.fillStyle = this.faded(labels.colour, word.strength);
      to.fillText(word.text, Math.round(word.x), Math.round(this.height - word.y));
    }
  }

  /** The corners of the floor in pixels, one after another around it. */
  floorCorners() {
    const { half, floor } = this.box;
    const [x, y] = half;
    return [[-x, -y], [x, -y], [x, y], [-x, y]].map(([a, b]) =>
      project(this.projection, [a, b, floor]),
    );
  }

  /** @param {number} axis @param {number[]} towards */
  strengthOf(axis, towards) {
    const long = Math.hypot(towards[0], towards[1]);
    if (!this.glides || long === 0) return 1;
    if (this.own && !this.turning) return 1; // words that stay are read
    const aside = Math.abs(towards[1 - axis]) / long;
    const shade = Math.min(1, Math.max(0, (aside - FADED) / (WHOLE - FADED)));
    return Math.ceil(SHADES * shade) / SHADES;
  }

  /** @param {string} colour @param {number} strength */
  faded(colour, strength) {
    if (strength === 1 || this.theme.clear) return colour;
    const from = rgbOf(this.theme.background);
    const parts = rgbOf(colour).map((part, i) => Math.round(from[i] + strength * (part - from[i])));
    return `rgb(${parts.join(",")})`;
  }

  furthestRight() {
    const { x, y, z } = this.field;
    const columns = x.length;
    let most = -Infinity;
    for (const j of [0, y.length - 1])
      for (const i of [0, columns - 1]) {
        const [px] = project(this.projection, [x[i], y[j], z[j * columns + i]]);
        most = Math.max(most, px);
      }
    return most;
  }

  /** Where a run is on the surface at a step: its place in the box. @param {any} run @param {number} step */
  placeOn(run, step) {
    const { steps, points } = run;
    const i = placeBefore(steps, step);
    if (i < 0 || !steps.length) return [...points.slice(0, 3)];
    if (i >= steps.length - 1) return [...points.slice(points.length - 3)];
    const part = steps[i + 1] > steps[i] ? (step - steps[i]) / (steps[i + 1] - steps[i]) : 0;
    return [0, 1, 2].map((axis) => {
      const a = points[3 * i + axis];
      return part === 0 ? a : a + part * (points[3 * i + 3 + axis] - a);
    });
  }

  /**
   * Paints what moves at a moment.
   * @param {Context} to @param {any} first what is known at the beginning of the stretch
   * @param {any} last and at its end, or null @param {number} u the share of it that is over
   * @param {number[]} steps the fractional step of each run
   * @param {boolean[]} strong whether each run is drawn as ever, or faint
   */
  paintMoving(to, first, last, u, steps, strong) {
    to.save();
    this.clip(to);
    this.solid.runs.forEach((/** @type {any} */ run, /** @type {number} */ i) => {
      if (strong[i]) this.paintTrail(to, run, i, steps[i]);
    });
    /** @param {number[]} a @param {number[] | undefined} b */
    const mix = (a, b) =>
      b && b.length === a.length ? a.map((v, i) => (v === null || b[i] === null ? v : v + u * (b[i] - v))) : a;
    if (first.plumb) {
      usePen(to, this.solid.plumb);
      to.beginPath();
      this.line(to, mix(first.plumb, last?.plumb));
      to.stroke();
      first.arrows.forEach((/** @type {any[]} */ [pen, ends], /** @type {number} */ i) => {
        this.arrow(to, pen, mix(ends, last?.arrows?.[i]?.[1]));
      });
    }
    (first.sections ?? []).forEach((/** @type {number[]} */ points, /** @type {number} */ i) => {
      const [inSight, behind] = this.solid.sections[i];
      const at = mix(points, last?.sections?.[i]).map((v) => (v === null ? NaN : v));
      this.stroke(to, at, inSight, behind, null);
    });
    to.globalAlpha = 1;
    to.setLineDash([]);
    this.solid.runs.forEach((/** @type {any} */ run, /** @type {number} */ i) => {
      const ends = strong[i] ? first.gaps?.[i] : null;
      if (!ends || ends.includes(null)) return;
      const at = mix(ends, last?.gaps?.[i]);
      usePen(to, run.gap.rod);
      to.beginPath();
      this.line(to, at);
      to.stroke();
      const [x, y] = this.pixel(at);
      drawStamp(to, run.gap.foot, x, y);
    });
    to.globalAlpha = 1;
    to.setLineDash([]);
    to.restore();
    this.solid.runs.forEach((/** @type {any} */ run, /** @type {number} */ i) => {
      if (!strong[i]) return;
      let at = this.placeOn(run, steps[i]);
      let outside = false;
      if (!(at[0] === at[0])) {
        const dot = first.dots[i];
        outside = true;
        const there = mix(dot.slice(0, 3), last?.dots[i].slice(0, 3));
        at = there.map((v) => (v === null ? NaN : v));
      }
      const [x, y] = this.pixel(at);
      if (!this.holds(x, y)) return;
      const [dx, dy] = this.asideOf(i, x, y);
      drawDot(to, run.dot, x + dx, y + dy, outside || !this.sees(at));
    });
  }

  /** @param {number} x @param {number} y */
  holds(x, y) {
    const [left, bottom, right, top] = this.solid.cell;
    return x >= left && x <= right && this.height - y >= bottom && this.height - y <= top;
  }

  /** @param {number} i @param {number} x @param {number} y */
  asideOf(i, x, y) {
    const { home, aside } = this.fan[i];
    const long = Math.hypot(aside[0], aside[1]);
    if (!long || !(home[0] === home[0])) return [0, 0];
    const near = Math.max(0, 1 - Math.hypot(x - home[0], y - home[1]) / (FANNED * long));
    return [near * near * aside[0], near * near * aside[1]];
  }

  /** @param {Context} to @param {any} run @param {number} i @param {number} step */
  paintTrail(to, run, i, step) {
    const { steps, points, fading, window } = run;
    const until = placeBefore(steps, step) + 1;
    const now = this.placeOn(run, step);
    /** @param {number} from @param {Pen} pen @param {Pen | null} casing */
    const trail = (from, pen, casing) => {
      if (until - from < 1) return;
      const part = [...points.slice(3 * from, 3 * until), ...now];
      const seen = this.seen[i].slice(from, until);
      seen.push(seen.length ? seen[seen.length - 1] : true);
      this.stroke(to, part, pen, run.hidden, { casing, seen, longest: run.longest });
    };
    if (fading.length) {
      trail(0, fading[0], null);
      for (let n = 1; n < fading.length; n++) {
        const begins = step - window * (1 - (n - 1) / (fading.length - 1));
        trail(Math.max(placeBefore(steps, begins), 0), fading[n], null);
      }
    } else trail(0, run.core, run.casing);
    run.marked.forEach((/** @type {number} */ at, /** @type {number} */ n) => {
      if (at > step || !(run.marks[3 * n] === run.marks[3 * n])) return;
      const stamp = this.marksSeen[i][n] ? run.mark : run.hiddenMark;
      const [x, y] = this.pixel(run.marks, 3 * n);
      if (stamp && this.holds(x, y)) drawStamp(to, stamp, x, y);
    });
  }

  /** @param {Context} to @param {Pen} pen @param {number[]} ends */
  arrow(to, pen, ends) {
    const from = this.pixel(ends);
    const tip = this.pixel(ends, 3);
    const long = Math.hypot(tip[0] - from[0], tip[1] - from[1]);
    if (!(long >= 1)) return;
    const way = [(tip[0] - from[0]) / long, (tip[1] - from[1]) / long];
    const head = Math.min(this.solid.head * pen.width, long);
    const neck = [tip[0] - head * way[0], tip[1] - head * way[1]];
    usePen(to, pen);
    if (long > head) {
      to.beginPath();
      to.moveTo(from[0], from[1]);
      to.lineTo(neck[0] + 0.5 * way[0], neck[1] + 0.5 * way[1]);
      to.stroke();
    }
    to.beginPath();
    to.moveTo(tip[0], tip[1]);
    to.lineTo(neck[0] - 0.6 * head * way[1], neck[1] + 0.6 * head * way[0]);
    to.lineTo(neck[0] + 0.6 * head * way[1], neck[1] - 0.6 * head * way[0]);
    to.fillStyle = pen.colour;
    to.fill();
    to.globalAlpha = 1;
    to.setLineDash([]);
  }
}

/** The place in the box of a parameter axis's value, for other modules. */
export const alongAxis = across;
