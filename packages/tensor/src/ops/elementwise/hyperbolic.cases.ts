import type { OpCases } from "../../core/op-cases.ts";
import { acoshOp, asinhOp, atanhOp, coshOp, sinhOp } from "./hyperbolic.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";

export const sinhCases: OpCases<Record<string, never>> = {
  op: sinhOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "large and small",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [6], dtype: "f32", values: [89, -89, 88.9, 0.001, -1e-20, 20] }],
    },
  ],
};

export const coshCases: OpCases<Record<string, never>> = {
  op: coshOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "large numbers",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [4], dtype: "f32", values: [89, -89, 88.9, 20] }],
    },
  ],
};

export const asinhCases: OpCases<Record<string, never>> = {
  op: asinhOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
    {
      name: "large and small",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [6], dtype: "f32", values: [1e30, -3e38, 0.001, -1e-20, 1e12, 2e12] }],
    },
  ],
};

export const acoshCases: OpCases<Record<string, never>> = {
  op: acoshOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [1.1, 9] } }),
    {
      name: "large, and near 1",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [6], dtype: "f32", values: [1e30, 3e38, 1.0000001, 1, 1e12, 2e12] }],
    },
  ],
};

export const atanhCases: OpCases<Record<string, never>> = {
  op: atanhOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [-0.9, 0.9] } }),
    {
      name: "near the ends, and near 0",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [4], dtype: "f32", values: [0.99999, -0.999999, 1e-20, 0.001] }],
    },
  ],
};
