import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { getWiderType } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { ReductionAttributes } from "../reduction/attributes.ts";
import type { ReductionOptions } from "../reduction/axes.ts";
import { readReductionAttributes, restoreAxes } from "../reduction/axes.ts";
import { computeReducedShape, forEachReduced } from "../reduction/reduction-geometry.ts";
import { softmaxFamily } from "./softmax-family.ts";

/**
 * y = max x + log(sum exp(x - max x)) over the axes; an infinite maximum is the result, and the result of no elements
 * is -infinity.
 */
export const logsumexpOp: Op<ReductionAttributes> = {
  name: "logsumexp",
  outputs: ([x], attrs) => {
    checkDType("logsumexp", "x", x!, ...floatTypes);
    return [{ shape: computeReducedShape(x!.shape, attrs), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axes }) => {
      const max = y!.data.slice().fill(-Infinity);
      forEachReduced(x!.shape, axes, (from, to) => {
        max[to] = Math.max(max[to]!, x!.data[from]!);
      });
      forEachReduced(x!.shape, axes, (from, to) => {
        y!.data[to]! += Math.exp(x!.data[from]! - max[to]!);
      });
      y!.data.set(
        y!.data.map((total, to) => (Math.abs(max[to]!) === Infinity ? max[to]! : max[to]! + Math.log(total))),
      );
    },
  },
  gradient: {
    reads: () => ({ inputs: [0], outputs: [0] }),
    apply: ({ inputs: [x], outputs: [y], outputGradients: [dy], attrs: { axes } }) => [
      scope(() => {
        // exp would magnify the rounding error of a half.
        const total = getWiderType(x!.dtype) === x!.dtype ? y! : logsumexp(cast(x!, "f32"), { axis: axes });
        const dx = pointwise(
          [x!, restoreAxes(total, x!, axes), restoreAxes(dy!, x!, axes)],
          (value, logTotal, slope) => e.mul(slope, e.exp(e.sub(value, logTotal))),
        );
        return cast(dx, x!.dtype);
      }),
    ],
  },
  family: softmaxFamily,
};

/**
 * log(sum(exp(x))) over axes, without overflow.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice.
 *
 * @example logsumexp(tensor([1000, 1000])) // 1000.6931
 */
export function logsumexp(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(logsumexpOp, [x], readReductionAttributes(x, options, "logsumexp"))[0]!;
}
