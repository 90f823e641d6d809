import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import type { ReductionAttributes } from "./attributes.ts";
import type { ReductionOptions } from "./axes.ts";
import { broadcastReduced, readReductionAttributes } from "./axes.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeReducedShape, countReduced, forEachReduced } from "./reduction-geometry.ts";

/** y = (sum of x over the axes) / n, for n values each; the mean of nothing is NaN. */
export const meanOp: Op<ReductionAttributes> = {
  name: "mean",
  outputs: ([x], attrs) => {
    checkDType("mean", "x", x!, ...floatTypes);
    return [{ shape: computeReducedShape(x!.shape, attrs), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axes }) => {
      const n = countReduced(x!.shape, axes);
      forEachReduced(x!.shape, axes, (from, to) => {
        y!.data[to]! += x!.data[from]!;
      });
      y!.data.set(y!.data.map((total) => total / n));
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputGradients: [dy], attrs: { axes } }) => {
      const n = countReduced(x!.shape, axes);
      const share = scope(() =>
        broadcastReduced(
          pointwise([dy!], (gradient) => e.div(gradient, n)),
          x!,
          axes,
        ),
      );
      return [share];
    },
  },
  family: reductionFamily,
};

/**
 * The mean over axes, summed in blocks like `sum`.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32 or f16,
 * ArgumentError for axes out of range or named twice.
 *
 * @example mean(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [2, 3]
 */
export function mean(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(meanOp, [x], readReductionAttributes(x, options, "mean"))[0]!;
}
