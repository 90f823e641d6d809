import { checkTensors } from "../../checks/check.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { AxisOptions } from "../../core/spec.ts";
import { readAxesOption } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { computeLines, forEachLine } from "../movement/lines.ts";
import { sum } from "../reduction/sum.ts";
import { runAlongAxes } from "./along-axes.ts";
import type { AxisAttributes } from "./attributes.ts";
import { softmaxFamily } from "./softmax-family.ts";

/** y_i = x_i - max x - log(sum_j exp(x_j - max x)), along one axis. */
export const logSoftmaxOp: Op<AxisAttributes> = {
  name: "logSoftmax",
  outputs: ([x]) => {
    checkDType("logSoftmax", "x", x!, ...floatTypes);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axis }) => {
      const lines = computeLines(x!.shape, axis);
      forEachLine(lines, (first) => {
        const end = first + lines.length * lines.inner;
        let max = -Infinity;
        let total = 0;
        for (let i = first; i < end; i += lines.inner) max = Math.max(max, x!.data[i]!);
        for (let i = first; i < end; i += lines.inner) total += Math.exp(x!.data[i]! - max);
        for (let i = first; i < end; i += lines.inner) y!.data[i] = x!.data[i]! - max - Math.log(total);
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [0] }),
    apply: ({ outputs: [y], outputGradients: [dy], attrs: { axis } }) => [logSoftmaxGradient(y!, dy!, axis)],
  },
  family: softmaxFamily,
};

/**
 * The logarithm of `softmax`, accurate even where softmax itself would underflow.
 *
 * Shapes: any of rank 1 or more -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for axes out of
 * range or named twice.
 *
 * @param options.axis default: the last
 * @example logSoftmax(tensor([0, 0])) // [-0.6931, -0.6931]
 */
export function logSoftmax(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensors("logSoftmax", x);
  const axes = readAxesOption("logSoftmax", options, x.rank, -1);
  return runAlongAxes(x, axes, (one, axis) => execute(logSoftmaxOp, [one], { axis })[0]!);
}

/** dx = dy - exp(y) (sum of dy along the axis), for y = logSoftmax(x). */
export const logSoftmaxGradientOp: Op<AxisAttributes> = {
  name: "logSoftmaxGradient",
  outputs: ([y]) => {
    checkDType("logSoftmaxGradient", "y", y!, ...floatTypes);
    return [{ shape: y!.shape, dtype: y!.dtype }];
  },
  meaning: {
    composition: ([y, dy], { axis }) => {
      const total = sum(dy!, { axis: axis, keepDims: true });
      return [pointwise([y!, dy!, total], (log, slope, all) => e.sub(slope, e.mul(e.exp(log), all)))];
    },
  },
  family: softmaxFamily,
};

/** The gradient of `logSoftmax` from its output `y`, in one launch. */
export function logSoftmaxGradient(y: Tensor, dy: Tensor, axis: number): Tensor {
  return execute(logSoftmaxGradientOp, [y, dy], { axis })[0]!;
}
