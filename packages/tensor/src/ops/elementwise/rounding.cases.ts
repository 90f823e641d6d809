import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";
import { ceilOp, floorOp, roundOp, truncOp } from "./rounding.ts";

const cases: readonly OpCase<Record<string, never>>[] = [
  ...unaryCases({ attrs: {}, values: { normal: [0, 3] } }),
  {
    name: "ties",
    differentiable: "subgradient",
    attrs: {},
    inputs: [{ shape: [8], dtype: "f32", values: [0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0, -0] }],
  },
  {
    name: "beyond every fraction",
    attrs: {},
    inputs: [{ shape: [5], dtype: "f32", values: [8388609, -8388609, 16777216, 3e38, -3e38] }],
  },
];

export const ceilCases: OpCases<Record<string, never>> = {
  op: ceilOp,
  accuracy: "exact",
  cases,
};

export const floorCases: OpCases<Record<string, never>> = {
  op: floorOp,
  accuracy: "exact",
  cases,
};

export const roundCases: OpCases<Record<string, never>> = {
  op: roundOp,
  accuracy: "exact",
  cases,
};

export const truncCases: OpCases<Record<string, never>> = {
  op: truncOp,
  accuracy: "exact",
  cases,
};
