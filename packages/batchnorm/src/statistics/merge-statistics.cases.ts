import type { NoAttributes, OpCases } from "@evenkeel/tensor";
import { f32, positive } from "../operands/case-inputs.ts";
import { mergeStatisticsOp } from "./merge-statistics.ts";

export const mergeStatisticsCases: OpCases<NoAttributes> = {
  op: mergeStatisticsOp,
  accuracy: {
    relative: 1e-6,
    absolute: 1e-6,
    reason:
      "merged in f64; the results are rounded to f32, and what f32 cuts off the mean is below its rounding",
  },
  cases: [
    { name: "two parts", attrs: {}, inputs: [positive([2, 4, 5])] },
    { name: "one part", attrs: {}, inputs: [positive([1, 4, 3])] },
    { name: "many parts", attrs: {}, inputs: [positive([70, 4, 3])] },
    { name: "no parts", attrs: {}, inputs: [positive([0, 4, 3])] },
    { name: "no channels", attrs: {}, inputs: [positive([2, 4, 0])] },
    { name: "large", attrs: {}, inputs: [positive([2, 4, 66_000])] },
    {
      name: "an empty part",
      attrs: {},
      inputs: [f32([3, 4, 1], [4, 0.5, 0, 2, 0, 0, 0, 0, 8, 1.5, 0, 3])],
    },
    {
      name: "non-finite",
      attrs: {},
      // Rows of counts, means, rests of the means and M2 of three channels. The second channel stays finite.
      inputs: [f32([2, 4, 3], [4, 4, 4, NaN, 1, 3, 0, 0, 0, 2, 2, 2, 4, 4, 4, 1, 2, 3, 0, 0, 0, 2, NaN, 2])],
      needs: "non-finite",
    },
    { name: "parts of nothing", attrs: {}, inputs: [f32([2, 4, 2], [0])], differentiable: false },
  ],
};
