import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../fuse/pointwise.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { softmaxPlan } from "../softmax/plan.ts";
import { sum } from "../sum/sum.ts";

/** dx = y (dy - sum of y dy along the axis), for y = softmax(x). */
export const softmaxGradientOp: Op<AxisAttributes> = {
  name: "softmaxGradient",
  outputs: ([y]) => [{ shape: y!.shape, dtype: y!.dtype }],
  meaning: {
    composition: ([y, dy], { axis }) => {
      const products = pointwise([y!, dy!], e.mul);
      const total = sum(products, { axes: axis, keepDims: true });
      return [pointwise([y!, dy!, total], (weight, slope, mean) => e.mul(weight, e.sub(slope, mean)))];
    },
  },
  kernels: {
    wasm: ([y], { axis }) => softmaxPlan("softmaxGradient", 2, y!, axis),
  },
};

/** The gradient of `softmax` from its output `y`, in one launch. */
export function softmaxGradient(y: Tensor, dy: Tensor, axis: number): Tensor {
  return execute(softmaxGradientOp, [y, dy], { axis })[0]!;
}
