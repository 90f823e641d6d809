import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  abs,
  add,
  EvenkeelError,
  equal,
  getStorage,
  isFloat,
  isTensor,
  minimum,
  mul,
  normal,
  onesLike,
  scope,
  sub,
  sum,
  where,
  withoutStateChanges,
} from "@evenkeel/tensor";
import {
  aTensor,
  checkOptions,
  checkValue,
  listOf,
  nonNegative,
  positive,
  positiveInteger,
  seedWord,
} from "@evenkeel/tensor/checks";
import { vjp } from "./vjp.ts";

export interface CheckGradientsOptions {
  /** The highest order of derivative that is checked; default 1. */
  readonly order?: number;
  /**
   * The distance of the two points of a difference from `inputs`, relative to values below 1. Default: 1e-6 in float64 and
   * 1e-2 in float32.
   */
  readonly step?: number;
  /** The largest error that passes. Default: 1e-6 in float64 and 1e-2 in float32. */
  readonly tolerance?: number;
  /** The seed of the random directions. */
  readonly seed?: number;
}

export interface GradientCheck {
  readonly order: number;
  /** The slope along the direction, from central differences. */
  readonly numeric: number;
  /** The slope along the direction, from the gradient. */
  readonly analytic: number;
  /** The difference of the two slopes, relative to the sum of the magnitudes of their terms. */
  readonly error: number;
}

/** A gradient differs from the central difference. */
export class GradientMismatchError extends EvenkeelError {
  override readonly name = "GradientMismatchError";
}

/** The function that is checked, with lists instead of single tensors. */
type ListFunction = (...inputs: readonly Tensor[]) => readonly Tensor[];

/**
 * Compares the gradient of `f` with central differences along a random direction, with the current executor; rejects with
 * GradientMismatchError if they differ. In float32 this check is imprecise: run it with the float64 reference. It draws the same
 * directions each time and does not change running statistics.
 *
 * Shapes: `f` may return one tensor or a list, of any shapes; each float output gets random weights.
 *
 * @example await withExecutor(referenceExecutor, () => checkGradients((x) => tanh(x), [x], { order: 2 }));
 */
export function checkGradients(
  f: (...inputs: readonly Tensor[]) => Tensor | readonly Tensor[],
  inputs: readonly Tensor[],
  options: CheckGradientsOptions = {},
): Promise<GradientCheck[]> {
  checkValue("checkGradients: inputs", inputs, listOf(aTensor));
  checkOptions<CheckGradientsOptions>("checkGradients", options, {
    order: positiveInteger,
    step: positive,
    tolerance: nonNegative,
    seed: seedWord,
  });
  const [first] = inputs;
  if (first === undefined) throw new ArgumentError("checkGradients: found no inputs, expected at least one");
  const isDouble = getStorage("f32", first.backend.limits) === "f64";
  const { order = 1, step = isDouble ? 1e-6 : 1e-2, tolerance = isDouble ? 1e-6 : 1e-2, seed = 0 } = options;
  const pending: Promise<GradientCheck>[] = [];
  let checked: ListFunction = (...values) => {
    const result = f(...values);
    return isTensor(result) ? [result] : result;
  };
  for (let current = 1; current <= order; current++) {
    const checkedNow = checked;
    const sums = scope(() =>
      withoutStateChanges(() => computeSlopes(checkedNow, inputs, step, seed + current)),
    );
    pending.push(readCheck(current, sums, step, tolerance));
    checked = makeGradientFunction(checkedNow, seed + current);
  }
  return Promise.all(pending);
}

/** A function that returns the gradients of the weighted outputs and can be differentiated again. */
function makeGradientFunction(f: ListFunction, seed: number): ListFunction {
  return (...inputs) => {
    const [outputs, pullback] = vjp(f, ...inputs);
    return pullback(drawWeights(outputs, seed));
  };
}

/** Standard normal numbers. */
const randomLike = ({ shape, backend }: Tensor, seed: number, stream: number): Tensor =>
  normal(shape, { seed, stream, backend });

/** A random weight for every value of every float output. */
const drawWeights = (outputs: readonly Tensor[], seed: number): (Tensor | undefined)[] =>
  outputs.map((output, index) => (isFloat(output.dtype) ? randomLike(output, seed, index) : undefined));

/** A standard normal direction, scaled down at nonzero values below 1, so that a step is small compared with every value. */
function drawDirection(x: Tensor, seed: number, index: number): Tensor {
  const size = where(equal(x, 0), onesLike(x), minimum(abs(x), 1));
  return mul(size, randomLike(x, seed, 1000 + index));
}

interface SlopeSums {
  /** The difference of the weighted outputs at the two points. */
  readonly difference: Tensor;
  /** The difference that the gradient predicts. */
  readonly prediction: Tensor;
  /** The sums of the magnitudes of the difference and of the weighted outputs. */
  readonly magnitude: Tensor;
  readonly level: Tensor;
}

const total = (terms: readonly Tensor[]): Tensor =>
  terms.map((term) => sum(term)).reduce((a, b) => add(a, b));

function computeSlopes(f: ListFunction, inputs: readonly Tensor[], step: number, seed: number): SlopeSums {
  const directions = inputs.map((input, index) => drawDirection(input, seed, index));
  const at = (offset: number): Tensor[] =>
    inputs.map((input, index) => add(input, mul(directions[index]!, offset)));
  const [above, below] = [at(step), at(-step)];
  const [outputs, pullback] = vjp(f, ...inputs);
  const weights = drawWeights(outputs, seed);
  const gradients = pullback(weights);
  const [after, before] = [f(...above), f(...below)];
  const weighted = weights.flatMap((weight, index) =>
    weight === undefined ? [] : [{ weight, plus: after[index]!, minus: before[index]! }],
  );
  const changes = weighted.map(({ weight, plus, minus }) => mul(weight, sub(plus, minus)));
  return {
    difference: total(changes),
    magnitude: total(changes.map((change) => abs(change))),
    level: total(weighted.map(({ weight, plus }) => abs(mul(weight, plus)))),
    // Uses the steps that were actually taken, because rounding may have changed them.
    prediction: total(gradients.map((gradient, index) => mul(gradient, sub(above[index]!, below[index]!)))),
  };
}

async function readCheck(
  order: number,
  sums: SlopeSums,
  step: number,
  tolerance: number,
): Promise<GradientCheck> {
  const { difference, prediction, magnitude, level } = sums;
  const values = await Promise.all([difference, prediction, magnitude, level].map((one) => one.item()));
  for (const one of [difference, prediction, magnitude, level]) one.dispose();
  const [change, predicted, size, height] = values as [number, number, number, number];
  const numeric = change / (2 * step);
  const slope = predicted / (2 * step);
  // The rounding error of the outputs, divided by the step, limits the accuracy of a difference.
  const scale = size / (2 * step) + 1e-3 * height;
  const error = numeric === slope ? 0 : Math.abs(numeric - slope) / scale;
  if (!(error <= tolerance)) {
    throw new GradientMismatchError(
      `order ${order}: found slope ${slope} by the gradient, expected ${numeric} by central differences: the error is ${error}, expected at most ${tolerance}`,
    );
  }
  return { order, numeric, analytic: slope, error };
}
