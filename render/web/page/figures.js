// @ts-check
/** The recorded numbers: the row that is shown, and the table as the film's CSV file has it. */

/** @typedef {import("./types.js").Run} Run */
/** @typedef {import("./types.js").FilmDocument} FilmDocument */

const SLACK = 1e-6;

/** The step whose numbers are written, as in timeline/clock.py.
 * @param {number} step fractional @param {string | null} phase */
export function landedRow(step, phase) {
  const row = Math.floor(step + SLACK);
  return phase === "zero_grad" ? Math.max(row - 1, 0) : row;
}

/** The place in a run's arrays of a step, or of the last one before it that travelled.
 * @param {Run} run @param {number} step */
export function rowAt(run, step) {
  if (!run.rows) return Math.min(step, run.steps);
  let low = 0;
  let high = run.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.rows[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

/** A number as Python writes it: the fewest digits that give it back. @param {number} value */
export function written(value) {
  if (value !== value) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [digits, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    const size = String(Math.abs(power)).padStart(2, "0");
    return `${digits}e${power < 0 ? "-" : "+"}${size}`;
  }
  const plain = String(value);
  if (!plain.includes("e")) return plain.includes(".") ? plain : `${plain}.0`;
  return value.toFixed(Math.max(0, digits.replace(/[-.]/g, "").length - 1 - power));
}

/** A cell of a CSV file. @param {string} text */
function cell(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A number of which not all are known. @param {number} value */
function known(value) {
  return value === value ? written(value) : "";
}

/** The rows of a run. @param {Run} run @param {string[]} columns */
function* rowsOf(run, columns) {
  const count = run.loss.length;
  const wide = run.names.length;
  const parameters = columns.slice(6);
  const one = run.gaps ? known : written;
  for (let i = 0; i < count; i++) {
    const step = run.rows ? run.rows[i] : i;
    const last = step === run.steps;
    const row = [
      cell(run.name),
      String(step),
      one(run.epoch[i]),
      one(run.loss[i]),
      last ? "" : one(run.batch_loss[i]),
      last ? "" : one(run.lr[i]),
    ];
    for (const name of parameters) {
      const own = run.names.indexOf(name);
      const slope = name.startsWith("grad_") ? run.names.indexOf(name.slice(5)) : -1;
      if (Object.hasOwn(run.others, name)) row.push(one(run.others[name][i]));
      else if (run.kept) row.push("");
      else if (own >= 0) row.push(one(run.params[wide * i + own]));
      else row.push(slope >= 0 ? one(run.grads[wide * i + slope]) : "");
    }
    yield row.join(",");
  }
}

/** The table of all runs, as the film's own CSV file. @param {FilmDocument} facts */
export function csvOf(facts) {
  const lines = [facts.columns.map(cell).join(",")];
  for (const run of facts.runs) lines.push(...rowsOf(run, facts.columns));
  return `${lines.join("\n")}\n`;
}

/** A number to six digits, with a true minus sign. @param {number} value */
export function brief(value) {
  if (!Number.isFinite(value)) return written(value);
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

/** The loss of a landscape at coordinates, cubic between its points; null outside it.
 * @param {import("./types.js").Landscape} landscape @param {number[]} coordinates */
export function lossOn(landscape, coordinates) {
  const [x, y] = landscape.grid;
  if (!y) return null;
  const first = weights(x, coordinates[0]);
  const second = weights(y, coordinates[1]);
  if (!first || !second) return null;
  let loss = 0;
  for (let j = 0; j < 4; j++)
    for (let i = 0; i < 4; i++)
      loss +=
        second.share[j] *
        first.share[i] *
        landscape.loss[(second.from + j) * x.length + first.from + i];
  return loss;
}

/** Lagrange's weights of four points. @param {Float64Array} grid @param {number} value */
function weights(grid, value) {
  const count = grid.length;
  const at = ((value - grid[0]) / (grid[count - 1] - grid[0])) * (count - 1);
  if (!(at >= 0 && at <= count - 1)) return null;
  const from = Math.min(Math.max(Math.floor(at) - 1, 0), count - 4);
  const t = at - from;
  const share = [
    (-(t - 1) * (t - 2) * (t - 3)) / 6,
    (t * (t - 2) * (t - 3)) / 2,
    (-t * (t - 1) * (t - 3)) / 2,
    (t * (t - 1) * (t - 2)) / 6,
  ];
  return { from, share };
}
