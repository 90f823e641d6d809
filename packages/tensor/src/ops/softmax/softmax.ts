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
import type { AxisAttributes, SoftmaxGradientAttributes } from "./attributes.ts";
import { softmaxFamily } from "./softmax-family.ts";

/** y_i = exp(x_i - max x) / sum_j exp(x_j - max x), along one axis. */
export const softmaxOp: Op<AxisAttributes> = {
  name: "softmax",
  outputs: ([x]) => {
    checkDType("softmax", "x", x!, ...floatTypes);
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
        for (let i = first; i < end; i += lines.inner) {
          y!.data[i] = Math.exp(x!.data[i]! - max) / total;
        }
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [0] }),
    apply: ({ outputs: [y], outputGradients: [dy], attrs: { axis } }) => [softmaxGradient(y!, dy!, axis)],
  },
  family: softmaxFamily,
};

/**
 * Positive weights that sum to 1 along an axis, or over several axes together, proportional to exp(x). Nothing
 * overflows, because the largest value is subtracted first. A line that contains NaN or infinity, or only -infinity,
 * becomes NaN.
 *
 * Shapes: any of rank 1 or more -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for axes out of
 * range or named twice.
 *
 * @param options.axis default: the last
 * @example softmax(tensor([0, Math.log(3)])) // [0.25, 0.75]
 */
export function softmax(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensors("softmax", x);
  const axes = readAxesOption("softmax", options, x.rank, -1);
  return runAlongAxes(x, axes, (one, axis) => execute(softmaxOp, [one], { axis })[0]!);
}

/** dx = scale y (dy - sum of y dy along the axis), for y = softmax(scale x). */
export const softmaxGradientOp: Op<SoftmaxGradientAttributes> = {
  name: "softmaxGradient",
  outputs: ([y]) => {
    checkDType("softmaxGradient", "y", y!, ...floatTypes);
    return [{ shape: y!.shape, dtype: y!.dtype }];
  },
  meaning: {
    composition: ([y, dy], { axis, scale = 1 }) => {
      const products = pointwise([y!, dy!], e.mul);
      const total = sum(products, { axis: axis, keepDims: true });
      return [
        pointwise([y!, dy!, total], (weight, slope, mean) => {
          const gradient = e.mul(weight, e.sub(slope, mean));
          return scale === 1 ? gradient : e.mul(gradient, scale);
        }),
      ];
    },
  },
  family: softmaxFamily,
};

/** The gradient of the softmax of scaled values from its output `y`, in one launch. */
export function softmaxGradient(y: Tensor, dy: Tensor, axis: number, scale = 1): Tensor {
  return execute(softmaxGradientOp, [y, dy], scale === 1 ? { axis } : { axis, scale })[0]!;
}
