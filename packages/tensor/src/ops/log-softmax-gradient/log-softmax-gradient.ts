import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../fuse/pointwise.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { softmaxPlan } from "../softmax/plan.ts";
import { sum } from "../sum/sum.ts";

/** dx = dy - exp(y) (sum of dy along the axis), for y = logSoftmax(x). */
export const logSoftmaxGradientOp: Op<AxisAttributes> = {
  name: "logSoftmaxGradient",
  outputs: ([y]) => [{ shape: y!.shape, dtype: y!.dtype }],
  meaning: {
    composition: ([y, dy], { axis }) => {
      const total = sum(dy!, { axes: axis, keepDims: true });
      return [pointwise([y!, dy!, total], (log, slope, all) => e.sub(slope, e.mul(e.exp(log), all)))];
    },
  },
  kernels: {
    wasm: ([y], { axis }) => softmaxPlan("logSoftmaxGradient", 2, y!, axis),
  },
};

/** The gradient of `logSoftmax` from its output `y`, in one launch. */
export function logSoftmaxGradient(y: Tensor, dy: Tensor, axis: number): Tensor {
  return execute(logSoftmaxGradientOp, [y, dy], { axis })[0]!;
}
