import type { CaseInput, OpCases, Shape } from "@evenkeel/tensor";
import { f16, f32 } from "../operands/case-inputs.ts";
import { maskedStatisticsOp } from "./masked-statistics.ts";
import type { StatisticsAttributes } from "./statistics-attributes.ts";

const mask = (shape: Shape, values: CaseInput["values"] = { integers: [0, 1] }): CaseInput => ({
  shape,
  dtype: "bool",
  values,
});

export const maskedStatisticsCases: OpCases<StatisticsAttributes> = {
  op: maskedStatisticsOp,
  accuracy: {
    relative: 2e-6,
    absolute: 1e-6,
    reason: "as of statistics: what stands for masked values is their mean, which adds nothing to M2",
  },
  cases: [
    { name: "each value by itself", attrs: { axis: 1 }, inputs: [f32([5, 3, 7]), mask([5, 3, 7])] },
    { name: "the same for all channels", attrs: { axis: 1 }, inputs: [f32([6, 3, 9]), mask([6, 1, 9])] },
    { name: "channels last", attrs: { axis: 2 }, inputs: [f32([6, 9, 5]), mask([6, 9, 1])] },
    { name: "whole samples", attrs: { axis: 1 }, inputs: [f32([9, 5]), mask([9, 1])] },
    { name: "whole channels", attrs: { axis: 1 }, inputs: [f32([4, 5, 2]), mask([5, 1], [1, 0, 1, 1, 0])] },
    { name: "of lower rank", attrs: { axis: 0 }, inputs: [f32([3, 4, 5]), mask([5])] },
    { name: "a scalar", attrs: { axis: 1 }, inputs: [f32([3, 4, 5]), mask([], [1])] },
    { name: "rank 5", attrs: { axis: 1 }, inputs: [f32([2, 3, 2, 3, 5]), mask([2, 1, 2, 3, 5])] },
    { name: "all", attrs: { axis: 1 }, inputs: [f32([6, 3, 9]), mask([6, 1, 9], [1])] },
    { name: "none", attrs: { axis: 1 }, inputs: [f32([6, 3, 9]), mask([6, 1, 9], [0])] },
    { name: "halves", attrs: { axis: 1 }, inputs: [f16([6, 3, 9]), mask([6, 1, 9])] },
    { name: "empty batch", attrs: { axis: 1 }, inputs: [f32([0, 3, 2]), mask([0, 1, 2])] },
    { name: "no channels", attrs: { axis: 1 }, inputs: [f32([2, 0, 2]), mask([2, 1, 2])] },
    { name: "in parts", attrs: { axis: 1 }, inputs: [f32([2, 2, 180, 190]), mask([2, 1, 180, 190])] },
    {
      name: "more than 65,535 channels",
      attrs: { axis: 1 },
      inputs: [f32([2, 65_600]), mask([2, 65_600])],
    },
    {
      name: "non-finite",
      attrs: { axis: 1 },
      inputs: [
        f32([4, 2], [NaN, 1, 2, Infinity, 3, 4, 5, -Infinity]),
        mask([4, 2], [0, 1, 1, 0, 1, 1, 1, 0]),
      ],
      needs: "non-finite",
    },
  ],
};
