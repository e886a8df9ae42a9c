// @ts-check
/**
 * Carries out programs: lists of operations that Python traced, on numbers and on vectors along
 * one axis (of points, or of parameters). The order of the operations is that of the recorded run.
 */

/**
 * An operation: its name, then the places of what it takes, or a name, or a number.
 * @typedef {[string, ...(string | number)[]]} Operation
 */

/**
 * @typedef {object} ProgramCode
 * @property {Operation[]} operations
 * @property {number[]} out the places of the results
 */

/** @typedef {() => void} Kernel */

/** @type {Record<string, number>} */
const NOT_FINITE = { inf: Infinity, "-inf": -Infinity, nan: NaN };
const GIVEN = ["input", "vector", "const"];

/** @type {Record<string, (x: number) => number>} */
const OF_ONE = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** @type {Record<string, (a: number, b: number) => number>} */
const OF_TWO = {
  div: (a, b) => a / b,
  pow: (a, b) => power(a, b),
  min: Math.min,
  max: Math.max,
  le: (a, b) => (a <= b ? 1 : 0),
  pow_by_base: (a, b) => (b === 0 ? 0 : b * power(a, b - 1)),
  pow_by_exponent: (a, b) => (a === 0 && b >= 0 ? 0 : power(a, b) * Math.log(a)),
};

/**
 * a to the b, with the short cuts that torch takes.
 * @param {number} a
 * @param {number} b
 * @returns {number}
 */
function power(a, b) {
  switch (b) {
    case 0.5:
      return Math.sqrt(a);
    case 1:
      return a;
    case 2:
      return a * a;
    case 3:
      return a * a * a;
    case -1:
      return 1 / a;
    case -2:
      return 1 / (a * a);
    default:
      // IEEE 754 says 1 where JavaScript says NaN.
      return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
  }
}

/**
 * The sum of numbers, in four parts, so that a processor need not wait for each.
 * @param {Float64Array} of
 * @returns {number}
 */
function sumOf(of) {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const end = of.length - 3; i < end; i += 4) {
    a += of[i];
    b += of[i + 1];
    c += of[i + 2];
    d += of[i + 3];
  }
  for (; i < of.length; i++) a += of[i];
  return a + b + (c + d);
}

/** A program with room for its results, for vectors of one length. */
export class Program {
  /**
   * @param {ProgramCode} code
   * @param {number} length of the axis
   * @param {Record<string, Float64Array>} given vectors and numbers (of length 1) by their names:
   *   they are read anew at each run
   * @param {string[]} fixed the names of those that only change when `load` is called
   */
  constructor(code, length, given, fixed = []) {
    /** @type {Float64Array[]} */
    const values = [];
    /** @type {boolean[]} whether it changes only when `load` is called */
    const still = [];
    /** @type {boolean[]} whether it is a vector */
    const along = [];
    /** @type {Kernel[]} */
    this.once = [];
    /** @type {Kernel[]} */
    this.each = [];
    for (const [name, ...of] of code.operations) {
      if (name === "const") {
        values.push(Float64Array.of(NOT_FINITE[String(of[0])] ?? Number(of[0])));
        still.push(true);
        along.push(false);
        continue;
      }
      if (GIVEN.includes(name)) {
        values.push(given[String(of[0])]);
        still.push(fixed.includes(String(of[0])));
        along.push(name === "vector");
        continue;
      }
      const places = of.map(Number);
      const taken = places.map((place) => values[place]);
      const vector = name !== "sum" && places.some((place) => along[place]);
      const made = new Float64Array(vector ? length : 1);
      const calm = places.every((place) => still[place]);
      values.push(made);
      still.push(calm);
      along.push(vector);
      (calm ? this.once : this.each).push(kernel(name, made, taken, length));
    }
    /** @type {Float64Array[]} */
    this.out = code.out.map((place) => values[place]);
  }

  /** Takes over the vectors and numbers that are fixed. */
  load() {
    for (const step of this.once) step();
  }

  /** Computes `out`. */
  run() {
    const each = this.each;
    for (let i = 0; i < each.length; i++) each[i]();
  }
}

/**
 * @param {string} name
 * @param {Float64Array} out
 * @param {Float64Array[]} of
 * @param {number} length of the axis
 * @returns {Kernel}
 */
function kernel(name, out, of, length) {
  if (name === "count") return () => void (out[0] = length);
  if (name === "sum") return () => void (out[0] = sumOf(of[0]));
  if (name === "solved") return () => newtonStep(of[0], of[1], out);
  if (of.length === 1) return kernelOfOne(OF_ONE[name], out, of[0]);
  const [a, b] = of;
  if (name === "add") return a.length < b.length ? added(out, b, a) : added(out, a, b);
  if (name === "mul") return a.length < b.length ? multiplied(out, b, a) : multiplied(out, a, b);
  if (name === "sub") return subtracted(out, a, b);
  if (name === "pow" && b.length === 1 && out.length > 1) {
    return () => (b[0] === 2 ? multiplyVectors(out, a, a) : powers(out, a, b[0]));
  }
  return kernelOfTwo(OF_TWO[name], out, a, b);
}

/**
 * @param {(x: number) => number} f
 * @param {Float64Array} out
 * @param {Float64Array} x
 * @returns {Kernel}
 */
function kernelOfOne(f, out, x) {
  if (out.length === 1) return () => void (out[0] = f(x[0]));
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
  };
}

/**
 * @param {(a: number, b: number) => number} f
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b
 * @returns {Kernel}
 */
function kernelOfTwo(f, out, a, b) {
  if (out.length === 1) return () => void (out[0] = f(a[0], b[0]));
  const nextA = a.length > 1 ? 1 : 0;
  const nextB = b.length > 1 ? 1 : 0;
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = f(a[i * nextA], b[i * nextB]);
  };
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b no longer than a
 * @returns {Kernel}
 */
function added(out, a, b) {
  if (out.length === 1) return () => void (out[0] = a[0] + b[0]);
  return b.length === 1 ? () => addNumber(out, a, b[0]) : () => addVectors(out, a, b);
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b no longer than a
 * @returns {Kernel}
 */
function multiplied(out, a, b) {
  if (out.length === 1) return () => void (out[0] = a[0] * b[0]);
  return b.length === 1 ? () => multiplyByNumber(out, a, b[0]) : () => multiplyVectors(out, a, b);
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b
 * @returns {Kernel}
 */
function subtracted(out, a, b) {
  if (out.length === 1) return () => void (out[0] = a[0] - b[0]);
  if (b.length === 1) return () => addNumber(out, a, -b[0]);
  if (a.length > 1) return () => subtractVectors(out, a, b);
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = a[0] - b[i];
  };
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {number} exponent
 */
function powers(out, a, exponent) {
  for (let i = 0; i < out.length; i++) out[i] = power(a[i], exponent);
}

// Four at a time: a loop over 60 points is then twice as fast.

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {number} b
 */
function addNumber(out, a, b) {
  const count = out.length;
  let i = 0;
  for (const end = count - 3; i < end; i += 4) {
    out[i] = a[i] + b;
    out[i + 1] = a[i + 1] + b;
    out[i + 2] = a[i + 2] + b;
    out[i + 3] = a[i + 3] + b;
  }
  for (; i < count; i++) out[i] = a[i] + b;
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function addVectors(out, a, b) {
  const count = out.length;
  let i = 0;
  for (const end = count - 3; i < end; i += 4) {
    out[i] = a[i] + b[i];
    out[i + 1] = a[i + 1] + b[i + 1];
    out[i + 2] = a[i + 2] + b[i + 2];
    out[i + 3] = a[i + 3] + b[i + 3];
  }
  for (; i < count; i++) out[i] = a[i] + b[i];
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function subtractVectors(out, a, b) {
  const count = out.length;
  let i = 0;
  for (const end = count - 3; i < end; i += 4) {
    out[i] = a[i] - b[i];
    out[i + 1] = a[i + 1] - b[i + 1];
    out[i + 2] = a[i + 2] - b[i + 2];
    out[i + 3] = a[i + 3] - b[i + 3];
  }
  for (; i < count; i++) out[i] = a[i] - b[i];
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {number} b
 */
function multiplyByNumber(out, a, b) {
  const count = out.length;
  let i = 0;
  for (const end = count - 3; i < end; i += 4) {
    out[i] = a[i] * b;
    out[i + 1] = a[i + 1] * b;
    out[i + 2] = a[i + 2] * b;
    out[i + 3] = a[i + 3] * b;
  }
  for (; i < count; i++) out[i] = a[i] * b;
}

/**
 * @param {Float64Array} out
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function multiplyVectors(out, a, b) {
  const count = out.length;
  let i = 0;
  for (const end = count - 3; i < end; i += 4) {
    out[i] = a[i] * b[i];
    out[i + 1] = a[i + 1] * b[i + 1];
    out[i + 2] = a[i + 2] * b[i + 2];
    out[i + 3] = a[i + 3] * b[i + 3];
  }
  for (; i < count; i++) out[i] = a[i] * b[i];
}

/** Of the largest scaled curvature: below it there is none, as in learn/optimizers/newton.py. */
const FLAT_CURVATURE = 1e-14;
const SWEEPS = 60;

/**
 * The step H⁻¹ · g of Newton's method, as learn/optimizers/newton.py has it: nothing moves along
 * directions without curvature, and the units of the parameters do not matter.
 * @param {Float64Array} hessian (P · P)
 * @param {Float64Array} grads (P)
 * @param {Float64Array} step (P), where it is written
 */
function newtonStep(hessian, grads, step) {
  const count = grads.length;
  if (!hessian.every(Number.isFinite)) {
    step.fill(NaN);
    return;
  }
  const scale = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const row = hessian.subarray(i * count, (i + 1) * count);
    const size = Math.abs(row[i]) || row.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
    scale[i] = size > 0 ? 1 / Math.sqrt(size) : 1;
  }
  const scaled = hessian.map((one, i) => scale[Math.floor(i / count)] * one * scale[i % count]);
  const axes = diagonalized(scaled, count);
  const curvatures = Float64Array.from({ length: count }, (_, k) => scaled[k * count + k]);
  const largest = curvatures.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  step.fill(0);
  /** @type {Float64Array[]} */
  const nowhere = [];
  for (let k = 0; k < count; k++) {
    const axis = Float64Array.from({ length: count }, (_, i) => axes[i * count + k]);
    if (Math.abs(curvatures[k]) <= FLAT_CURVATURE * largest) {
      nowhere.push(axis.map((one, i) => one * scale[i]));
      continue;
    }
    const length = axis.reduce((sum, one, i) => sum + one * scale[i] * grads[i], 0) / curvatures[k];
    for (let i = 0; i < count; i++) step[i] += scale[i] * axis[i] * length;
  }
  /** @type {Float64Array[]} */
  const base = [];
  for (const direction of nowhere) {
    for (const done of base) removed(direction, done);
    const length = Math.hypot(...direction);
    base.push(direction.map((one) => one / length));
  }
  for (const direction of base) removed(step, direction);
}

/**
 * Takes from a vector its part along a direction of length 1.
 * @param {Float64Array} vector
 * @param {Float64Array} direction
 */
function removed(vector, direction) {
  const part = vector.reduce((sum, one, i) => sum + one * direction[i], 0);
  for (let i = 0; i < vector.length; i++) vector[i] -= part * direction[i];
}

/**
 * Makes a symmetric matrix diagonal by Jacobi's rotations (Golub & Van Loan, Matrix Computations,
 * 8.5) and returns the eigenvectors, one a column.
 * @param {Float64Array} matrix (P · P), changed
 * @param {number} count P
 * @returns {Float64Array}
 */
function diagonalized(matrix, count) {
  const axes = new Float64Array(count * count);
  for (let i = 0; i < count; i++) axes[i * count + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let off = 0;
    for (let p = 0; p < count; p++) {
      for (let q = p + 1; q < count; q++) {
        const between = matrix[p * count + q];
        if (between === 0) continue;
        const own = Math.abs(matrix[p * count + p]) + Math.abs(matrix[q * count + q]);
        if (own + Math.abs(between) !== own) off += 1;
        const ratio = (matrix[q * count + q] - matrix[p * count + p]) / (2 * between);
        const tan = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cos = 1 / Math.hypot(1, tan);
        const sin = tan * cos;
        for (let k = 0; k < count; k++) rotated(matrix, k * count + p, k * count + q, cos, sin);
        for (let k = 0; k < count; k++) rotated(matrix, p * count + k, q * count + k, cos, sin);
        for (let k = 0; k < count; k++) rotated(axes, k * count + p, k * count + q, cos, sin);
        matrix[p * count + q] = 0;
        matrix[q * count + p] = 0;
      }
    }
    if (!off) break;
  }
  return axes;
}

/**
 * Turns two numbers of an array as a point in their plane.
 * @param {Float64Array} array
 * @param {number} p
 * @param {number} q
 * @param {number} cos
 * @param {number} sin
 */
function rotated(array, p, q, cos, sin) {
  const a = array[p];
  const b = array[q];
  array[p] = cos * a - sin * b;
  array[q] = sin * a + cos * b;
}
