import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";
import { hardshrinkOp, softshrinkOp, tanhshrinkOp, thresholdOp } from "./shrinkage.ts";

const at = (
  name: string,
  scalars: readonly number[],
  values: readonly number[],
): OpCase<Record<string, never>> => ({
  name,
  differentiable: "subgradient",
  attrs: {},
  scalars,
  inputs: [{ shape: [values.length], dtype: "f32", values }],
});

const shrinkCases: readonly OpCase<Record<string, never>>[] = [
  ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [0.5] }),
  at("at both ends", [1], [-1, 1, 0, -0, 1.5, -1.5, 1e30]),
  at("without a width", [0], [-1, 0, -0, 1, 2]),
];

export const softshrinkCases: OpCases<Record<string, never>> = {
  op: softshrinkOp,
  accuracy: "rounding",
  cases: shrinkCases,
};

export const hardshrinkCases: OpCases<Record<string, never>> = {
  op: hardshrinkOp,
  accuracy: "exact",
  cases: shrinkCases,
};

export const tanhshrinkCases: OpCases<Record<string, never>> = {
  op: tanhshrinkOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
    {
      name: "saturated",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-100, 100] } }],
    },
  ],
};

export const thresholdCases: OpCases<Record<string, never>> = {
  op: thresholdOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [0.25, -7] }),
    at("at the limit", [1, 20], [1, 0, 2, -1, 20]),
  ],
};
