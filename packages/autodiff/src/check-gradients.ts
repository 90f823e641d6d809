import type { Expression, Spec, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  buildExpression,
  bytesOf,
  EvenkeelError,
  e,
  evaluateExpression,
  isFloat,
  scope,
  sizeOf,
  storageOf,
  sum,
  Tensor as TensorClass,
  TensorStorage,
  viewAs,
} from "@evenkeel/tensor";
import { withoutStatistics } from "./state-change.ts";
import { isTensor } from "./structure.ts";
import { vjp } from "./vjp.ts";

export interface CheckGradientsOptions {
  /** The highest order of derivative that is checked; 1 by default. */
  readonly order?: number;
  /**
   * How far the two points of a difference are from `inputs`, relative to values below 1. By default 1e-6 in float64 and
   * 1e-2 in float32.
   */
  readonly step?: number;
  /** The largest error that passes. By default 1e-6 in float64 and 1e-2 in float32. */
  readonly tolerance?: number;
  /** The directions are drawn from it. */
  readonly seed?: number;
}

export interface GradientCheck {
  readonly order: number;
  /** The slope along the direction by central differences, and by the gradient. */
  readonly numeric: number;
  readonly analytic: number;
  /** Their distance, relative to the sum of the magnitudes of what they sum up. */
  readonly error: number;
}

/** A gradient differs from the central difference. */
export class GradientMismatchError extends EvenkeelError {
  override readonly name = "GradientMismatchError";
}

/** The function that is checked, with lists instead of single tensors. */
type ListFunction = (...inputs: readonly Tensor[]) => readonly Tensor[];

/**
 * Compares the gradient of `f` with central differences along a random direction, in the executor in charge; rejects with
 * GradientMismatchError when they differ. In float32 this is rough: use it under the float64 reference. Draws the same
 * directions each time, and leaves running statistics alone.
 *
 * Shapes: `f` may return one tensor or a list, of any shapes; each float output is weighted at random.
 *
 * @example await withExecutor(referenceExecutor, () => checkGradients((x) => tanh(x), [x], { order: 2 }));
 */
export function checkGradients(
  f: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<GradientCheck[]> {
  const [first] = inputs;
  if (first === undefined) throw new ArgumentError("checkGradients: found no inputs, expected at least one");
  const isDouble = storageOf("f32", first.backend.limits) === "f64";
  const { order = 1, step = isDouble ? 1e-6 : 1e-2, tolerance = isDouble ? 1e-6 : 1e-2, seed = 0 } = options;
  const pending: Promise<GradientCheck>[] = [];
  let checked: ListFunction = (...values) => {
    const result = f(...values);
    return isTensor(result) ? [result] : result;
  };
  for (let current = 1; current <= order; current++) {
    const checkedNow = checked;
    const sums = scope(() =>
      withoutStatistics(() => slopesOf(checkedNow, inputs, step, (seed + current) * 1000)),
    );
    pending.push(readCheck(current, sums, step, tolerance));
    checked = gradientFunction(checkedNow, (seed + current) * 1000);
  }
  return Promise.all(pending);
}

/** The gradients of the weighted outputs: a function to be differentiated again. */
function gradientFunction(f: ListFunction, seed: number): ListFunction {
  return (...inputs) => {
    const [outputs, pullback] = vjp(f, ...inputs);
    return pullback(weightsOf(outputs, seed));
  };
}

const weightsOf = (outputs: readonly Tensor[], seed: number): (Tensor | undefined)[] =>
  outputs.map((output, index) =>
    isFloat(output.dtype) ? randomLike(output, seed + index, output) : undefined,
  );

interface SlopeSums {
  /** Difference of the weighted outputs at both points. */
  readonly difference: Tensor;
  readonly analytic: Tensor;
  /** Sums of magnitudes: of the difference, and of the weighted outputs themselves. */
  readonly magnitude: Tensor;
  readonly level: Tensor;
}

function slopesOf(f: ListFunction, inputs: readonly Tensor[], step: number, seed: number): SlopeSums {
  const directions = inputs.map((input, index) => directionAt(input, seed + 500 + index));
  const at = (offset: number): readonly Tensor[] =>
    f(...inputs.map((input, index) => alongBy(input, directions[index]!, offset)));
  const [outputs, pullback] = vjp(f, ...inputs);
  const weights = weightsOf(outputs, seed);
  const gradients = pullback(weights);
  const plus = at(step);
  const minus = at(-step);
  const changes = weights.flatMap((weight, index) =>
    weight === undefined ? [] : [weightedDifference(weight, plus[index]!, minus[index]!)],
  );
  const totals = (output: number): Tensor => total(changes.map((change) => sum(change[output]!)));
  return {
    difference: totals(0),
    magnitude: totals(1),
    level: totals(2),
    analytic: total(gradients.map((gradient, index) => sum(product(gradient, directions[index]!)))),
  };
}

async function readCheck(
  order: number,
  sums: SlopeSums,
  step: number,
  tolerance: number,
): Promise<GradientCheck> {
  const { difference, analytic, magnitude, level } = sums;
  const values = await Promise.all([difference, analytic, magnitude, level].map((one) => one.item()));
  for (const one of [difference, analytic, magnitude, level]) one.dispose();
  const [change, slope, size, height] = values as [number, number, number, number];
  const numeric = change / (2 * step);
  // Rounding of the outputs themselves, divided by the step, limits what a difference can tell.
  const scale = size / (2 * step) + 1e-3 * height;
  const error = numeric === slope ? 0 : Math.abs(numeric - slope) / scale;
  if (!(error <= tolerance)) {
    throw new GradientMismatchError(
      `order ${order}: found slope ${slope} by the gradient, expected ${numeric} by central differences: error ${error} of at most ${tolerance}`,
    );
  }
  return { order, numeric, analytic: slope, error };
}

/** Standard normal values (the sum of 12 uniforms less 6), the same for the same seed, on the backend of `on`. */
function randomLike(spec: Spec, seed: number, on: Tensor): Tensor {
  const { backend } = on;
  const storage = storageOf(spec.dtype, backend.limits);
  const data = viewAs(storage, new ArrayBuffer(bytesOf(spec, backend.limits)));
  let state = Math.imul(seed + 1, 0x9e3779b9) >>> 0;
  for (let index = 0; index < sizeOf(spec.shape); index++) {
    let normal = -6;
    for (let draw = 0; draw < 12; draw++) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      normal += ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }
    data[index] = normal;
  }
  const memory = new TensorStorage(backend, data.byteLength);
  backend.write(memory.buffer, 0, data);
  return new TensorClass(memory, { shape: spec.shape, dtype: spec.dtype });
}

/** Standard normal, smaller for values below 1 that are not 0: a step is small against every value. */
function directionAt(x: Tensor, seed: number): Tensor {
  direction ??= buildExpression({ inputs: ["f32", "f32"] }, ([a, b]) =>
    e.mul(b!, e.select(e.equal(a!, 0), 1, e.min(e.abs(a!), 1))),
  );
  return evaluateExpression(direction, [x, randomLike(x, seed, x)])[0]!;
}

let direction: Expression | undefined;
let along: Expression | undefined;
let weighted: Expression | undefined;
let times: Expression | undefined;
let plus: Expression | undefined;

function alongBy(x: Tensor, direction: Tensor, offset: number): Tensor {
  along ??= buildExpression({ inputs: ["f32", "f32"], scalars: ["f32"] }, ([a, b], [s]) =>
    e.add(a!, e.mul(s!, b!)),
  );
  return evaluateExpression(along, [x, direction], { scalars: [offset] })[0]!;
}

function weightedDifference(weight: Tensor, after: Tensor, before: Tensor): Tensor[] {
  weighted ??= buildExpression({ inputs: ["f32", "f32", "f32"] }, ([w, a, b]) => {
    const change = e.mul(w!, e.sub(a!, b!));
    return [change, e.abs(change), e.abs(e.mul(w!, a!))];
  });
  return evaluateExpression(weighted, [weight, after, before]);
}

function product(a: Tensor, b: Tensor): Tensor {
  times ??= buildExpression({ inputs: ["f32", "f32"] }, ([x, y]) => e.mul(x!, y!));
  return evaluateExpression(times, [a, b])[0]!;
}

function total(terms: readonly Tensor[]): Tensor {
  plus ??= buildExpression({ inputs: ["f32", "f32"] }, ([x, y]) => e.add(x!, y!));
  return terms.reduce((result, term) => evaluateExpression(plus!, [result, term])[0]!);
}
