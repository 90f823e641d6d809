import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, circularCases, unaryCases } from "./operands/elementwise-cases.ts";
import { acosOp, asinOp, atan2Op, atanOp, cosOp, sinOp, tanOp } from "./trigonometric.ts";

export const sinCases: OpCases<Record<string, never>> = {
  op: sinOp,
  accuracy: "transcendental",
  cases: circularCases,
};

export const cosCases: OpCases<Record<string, never>> = {
  op: cosOp,
  accuracy: "transcendental",
  cases: circularCases,
};

export const tanCases: OpCases<Record<string, never>> = {
  op: tanOp,
  accuracy: "transcendental",
  cases: [...unaryCases({ attrs: {}, values: { uniform: [-1.4, 1.4] } })],
};

export const asinCases: OpCases<Record<string, never>> = {
  op: asinOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [-0.95, 0.95] } }),
    {
      name: "near the ends",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0.999999, -0.99999, 1e-20] }],
    },
  ],
};

export const acosCases: OpCases<Record<string, never>> = {
  op: acosOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [-0.95, 0.95] } }),
    {
      name: "near the ends",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0.999999, -0.99999, 1e-20] }],
    },
  ],
};

export const atanCases: OpCases<Record<string, never>> = {
  op: atanOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
    {
      name: "large and small",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [7], dtype: "f32", values: [1e30, -1e30, 1e-30, -1e-10, 0.4142, 1, 3e38] }],
    },
  ],
};

export const atan2Cases: OpCases<Record<string, never>> = {
  op: atan2Op,
  accuracy: "transcendental",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.75 }),
    {
      name: "axes and diagonals",
      attrs: {},
      differentiable: false,
      inputs: [
        { shape: [12], dtype: "f32", values: [0, 0, -0, 1, -1, 1, 1, -1, -1, 0, 1e-30, 1e30] },
        { shape: [12], dtype: "f32", values: [1, -1, -1, 0, 0, 1, -1, 1, -1, 0, 1e-30, 1] },
      ],
    },
  ],
};
