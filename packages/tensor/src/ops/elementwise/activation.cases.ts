import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { GeluAttributes } from "./activation.ts";
import { eluOp, geluOp, leakyReluOp, reluOp, sigmoidOp, siluOp, softplusOp, tanhOp } from "./activation.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";
import { withHalves } from "./operands/half-cases.ts";

export const reluCases: OpCases<Record<string, never>> = {
  op: reluOp,
  accuracy: "exact",
  cases: withHalves(
    ["three elements", "rank 5"],
    [
      ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
      {
        name: "zeros",
        differentiable: "subgradient",
        attrs: {},
        inputs: [{ shape: [4], dtype: "f32", values: [0, -0, 1, -1] }],
      },
    ],
  ),
};

export const leakyReluCases: OpCases<Record<string, never>> = {
  op: leakyReluOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [0.25] }),
    {
      name: "steep",
      differentiable: "subgradient",
      attrs: {},
      scalars: [3],
      inputs: [{ shape: [5], dtype: "f32", values: [0, -0, 1, -1, 5] }],
    },
  ],
};

export const eluCases: OpCases<Record<string, never>> = {
  op: eluOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [1] }),
    {
      name: "saturated",
      attrs: {},
      scalars: [1.5],
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};

export const softplusCases: OpCases<Record<string, never>> = {
  op: softplusOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 3] }, scalars: [1] }),
    {
      name: "sharp",
      attrs: {},
      scalars: [4],
      inputs: [{ shape: [101], dtype: "f32", values: { normal: [0, 3] } }],
    },
    {
      name: "saturated",
      attrs: {},
      scalars: [1],
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};

export const geluCases: OpCases<GeluAttributes> = {
  op: geluOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases<GeluAttributes>({ attrs: { approximate: "none" }, values: { normal: [0, 2] } }),
    ...unaryCases<GeluAttributes>({ attrs: { approximate: "tanh" }, values: { normal: [0, 2] } }).map(
      (one) => ({ ...one, name: `tanh: ${one.name}` }),
    ),
    {
      name: "saturated",
      attrs: { approximate: "none" },
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
    {
      name: "tanh: saturated",
      attrs: { approximate: "tanh" },
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};

/** Values at which a sigmoid rounds to 0 or 1. */
const saturatedCase: OpCase<Record<string, never>> = {
  name: "saturated",
  attrs: {},
  inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
};

export const siluCases: OpCases<Record<string, never>> = {
  op: siluOp,
  accuracy: "transcendental",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 3] } }), saturatedCase],
};

export const sigmoidCases: OpCases<Record<string, never>> = {
  op: sigmoidOp,
  accuracy: "transcendental",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 3] } }), saturatedCase],
};

export const tanhCases: OpCases<Record<string, never>> = {
  op: tanhOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    {
      name: "saturated",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-100, 100] } }],
    },
  ],
};
