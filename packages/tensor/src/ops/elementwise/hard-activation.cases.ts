import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { hardsigmoidOp, hardswishOp, hardtanhOp } from "./hard-activation.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";

export const hardtanhCases: OpCases<Record<string, never>> = {
  op: hardtanhOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [-0.5, 1] }),
    {
      name: "at the bounds",
      differentiable: "subgradient",
      attrs: {},
      scalars: [-1, 1],
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0, -2, 2] }],
    },
  ],
};

/** The bends of both functions, and values far from them. */
const bends: OpCase<Record<string, never>> = {
  name: "at the bends",
  differentiable: "subgradient",
  attrs: {},
  inputs: [{ shape: [9], dtype: "f32", values: [-3, 3, 0, -0, -3.5, 3.5, 1, -1e30, 1e30] }],
};

export const hardsigmoidCases: OpCases<Record<string, never>> = {
  op: hardsigmoidOp,
  accuracy: "rounding",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 3] } }), bends],
};

export const hardswishCases: OpCases<Record<string, never>> = {
  op: hardswishOp,
  accuracy: "rounding",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 3] } }), bends],
};
