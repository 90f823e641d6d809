import { checkOptions, checkTensors } from "../../checks/check.ts";
import type { Rule } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { MomentsAttributes } from "./attributes.ts";
import type { ReductionOptions } from "./axes.ts";
import { broadcastReduced, readReductionAttributes, reductionRules, restoreAxes } from "./axes.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeDivisor, computeReducedShape, countReduced, forEachReduced } from "./reduction-geometry.ts";
import { takeRoot } from "./root.ts";

/**
 * mean = sum x / n; variance = sum (x - mean)^2 / max(0, n - correction), over the axes. Both are NaN if some x is not
 * finite.
 */
export const momentsOp: Op<MomentsAttributes> = {
  name: "moments",
  outputs: ([x], attrs) => {
    checkDType("moments", "x", x!, ...floatTypes);
    const shape = computeReducedShape(x!.shape, attrs);
    return [
      { shape, dtype: "f32" },
      { shape, dtype: "f32" },
    ];
  },
  meaning: {
    loops: ([x], [mean, variance], attrs) => {
      const n = countReduced(x!.shape, attrs.axes);
      forEachReduced(x!.shape, attrs.axes, (from, to) => {
        mean!.data[to]! += x!.data[from]!;
      });
      mean!.data.set(mean!.data.map((total) => (Number.isFinite(total) ? total / n : Number.NaN)));
      forEachReduced(x!.shape, attrs.axes, (from, to) => {
        variance!.data[to]! += (x!.data[from]! - mean!.data[to]!) ** 2;
      });
      variance!.data.set(variance!.data.map((m2) => m2 / computeDivisor(x!.shape, attrs)));
    },
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [0] }),
    apply: ({ inputs: [x], outputs: [mean], outputGradients: [dMean, dVariance], attrs }) => {
      const { axes } = attrs;
      const n = countReduced(x!.shape, axes);
      const slope = 2 / computeDivisor(x!.shape, attrs);
      const restored = (reduced: Tensor): Tensor => restoreAxes(reduced, x!, axes);
      if (dVariance === undefined) {
        return [
          scope(() =>
            cast(
              broadcastReduced(
                pointwise([dMean!], (gradient) => e.div(gradient, n)),
                x!,
                axes,
              ),
              x!.dtype,
            ),
          ),
        ];
      }
      return [
        scope(() =>
          cast(
            pointwise(
              [x!, restored(mean!), restored(dVariance), ...(dMean === undefined ? [] : [restored(dMean)])],
              (value, centre, gradient, shift) => {
                const dx = e.mul(e.mul(gradient, slope), e.sub(value, centre));
                return shift === undefined ? dx : e.add(dx, e.div(shift, n));
              },
            ),
            x!.dtype,
          ),
        ),
      ];
    },
  },
  family: reductionFamily,
};

const zeroOrOne: Rule = { expected: "0 or 1", accepts: (value) => value === 0 || value === 1 };

export interface MomentsOptions extends ReductionOptions {
  /** The number that is subtracted from the number of values in the divisor: 1 gives the unbiased variance. Default: 0. */
  readonly correction?: 0 | 1;
}

/**
 * Mean and variance over axes in one pass over memory. Tiles of a few KiB are read twice from the cache and merged by
 * Chan's formula in float64, so the variance is accurate even where the mean is 10^6 standard deviations away. Both are
 * NaN where a value is not finite.
 *
 * Shapes: any -> two tensors without the reduced axes, or with one element there (`keepDims`). Both are f32. Throws
 * DTypeError unless x is a float, ArgumentError for axes out of range or named twice.
 *
 * @example const { mean, variance } = moments(x, { axis: [0, 2, 3] });
 */
export function moments(x: Tensor, options: MomentsOptions = {}): { mean: Tensor; variance: Tensor } {
  checkTensors("moments", x);
  checkOptions<MomentsOptions>("moments", options, { ...reductionRules, correction: zeroOrOne });
  const { correction = 0, ...reduction } = options;
  const attrs = { ...readReductionAttributes(x, reduction, "moments"), correction };
  const [mean, variance] = execute(momentsOp, [x], attrs);
  return { mean: mean!, variance: variance! };
}

/**
 * The variance over axes. `moments` also computes the mean and describes the method.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice.
 *
 * @param options.correction 0 (default) gives the mean of the squared deviations, 1 the unbiased variance
 * @example variance(tensor([1, 2, 3]), { correction: 1 }) // 1
 */
export function variance(x: Tensor, options: MomentsOptions = {}): Tensor {
  return scope(() => moments(x, options).variance);
}

/**
 * The standard deviation over axes: the square root of `variance`. Where it is 0, the gradient is 0.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice.
 *
 * @param options.correction 0 (default) divides by the number of values, 1 by one less, as PyTorch does by default
 * @example standardDeviation(tensor([1, 2, 3]), { correction: 1 }) // 1
 */
export function standardDeviation(x: Tensor, options: MomentsOptions = {}): Tensor {
  return scope(() => takeRoot(variance(x, options), 2));
}
