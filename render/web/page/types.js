// @ts-check
/**
 * The shapes of the document; see document.py, pictures.py and draw/surface/solid.py.
 *
 * @typedef {Float64Array | Float32Array | Uint8Array} Numbers
 * @typedef {{times_s: Float64Array, first: number[], last: number[], ticks: Float64Array, parts: Float64Array,
 *   phases: (string | null)[], cuts: Float64Array, cameras: Float64Array}} Keys
 * @typedef {{rows: number, columns: number, bytes: Uint8Array}} Image
 * @typedef {any[]} Op
 * @typedef {any[]} Style
 * @typedef {{shows: "parameters" | "cost" | "loss" | "data", area: number[], x: number[],
 *   y: any, changes: boolean, log: boolean, along: Float64Array | null}} Chart
 * @typedef {{name: string, kind: string, run: number | null, cell: number[], still: number[],
 *   growing: number[][], moving: number[][], solid: any, chart: Chart | null}} Panel
 * @typedef {{name: string, width: number, height: number, styles: Style[], ops: Op[],
 *   panels: Panel[], missing: string | null}} Layout
 * @typedef {{layouts: Layout[], keys: Keys, fonts: Record<string, string>}} Pictures
 * @typedef {{colour: string, width: number, alpha: number, dashes: number[], cap: string}} Pen
 * @typedef {{radius: number, face: string | null, edge: string | null, edgeWidth: number,
 *   alpha: number, outline: number[][] | null}} Stamp
 * @typedef {{label: string, name: string, names: string[], frozen: Record<string, number>,
 *   steps: number, rows: Float64Array | null, kept: Float64Array | null,
 *   others: Record<string, Float64Array>, gaps: boolean, params: Float64Array, grads: Float64Array,
 *   loss: Float64Array, batch_loss: Float64Array, lr: Float64Array, epoch: Float64Array,
 *   validation_loss: Float64Array | null, full_batch: boolean, noisy: boolean, plain: boolean,
 *   broke_off: boolean, verdict: {word: string, sentence: string}, style: any,
 *   landscape: number, data: number, computed?: boolean}} Run
 * @typedef {{label: string, names: string[], steps: number, params: Float64Array,
 *   loss: Float64Array, grads?: Float64Array, lr?: Float64Array, colour?: string,
 *   line?: (step: number, x: Float64Array) => Float64Array,
 *   objective?: (values: Float64Array) => number, landscape?: number, base?: number,
 *   computed?: boolean}} ComputedRun
 * @typedef {{axes: string[], labels: string[], grid: Float64Array[], loss: Float32Array,
 *   ceiling: number, plane: {origin: Float64Array, directions: Float64Array,
 *   columns: number[] | null}, parameters: string[], optimum: Record<string, number>,
 *   minimum: number, exact: boolean, eigenvalues: Float64Array, lr_max: number | null,
 *   bowl: boolean, log: boolean, flipped: boolean, held: Record<string, number>}} Landscape
 * @typedef {{format: number, name: string, title: string, language: string,
 *   config: {name: string, text: string}, words: Record<string, string>, theme: any,
 *   film: {begin_s: number, end_s: number, fps: number},
 *   stops: {time_s: number, step: number, words: string, numbers: string}[],
 *   clock: {ticks: number, unit: string, per_unit: number, rate: number[],
 *   reached_s: Float64Array, narrated: number, kept: Float64Array | null,
 *   marks: Float64Array | null}, columns: string[],
 *   swept: {name: string, values: string[], order: number[]} | null, runs: Run[], landscapes: Landscape[],
 *   data: ({x: Float64Array, y: Float64Array, names: string[]} | null)[], closed: any}} FilmDocument
 * @typedef {CanvasRenderingContext2D} Context
 */
export {};
