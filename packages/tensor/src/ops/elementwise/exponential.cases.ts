import type { OpCases } from "../../core/op-cases.ts";
import { erfOp, expm1Op, expOp, log1pOp, logOp } from "./exponential.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";

export const expCases: OpCases<Record<string, never>> = {
  op: expOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "the whole range",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-87, 88] } }],
    },
  ],
};

export const expm1Cases: OpCases<Record<string, never>> = {
  op: expm1Op,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    {
      name: "the whole range",
      attrs: {},
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-87, 88] } }],
    },
  ],
};

export const logCases: OpCases<Record<string, never>> = {
  op: logOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "near one",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [0.99, 1.01] } }],
    },
    {
      name: "large and small",
      attrs: {},
      inputs: [{ shape: [4], dtype: "f32", values: [1e-37, 1e-20, 1e20, 3e38] }],
    },
  ],
};

export const log1pCases: OpCases<Record<string, never>> = {
  op: log1pOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [-0.9, 9] } }),
    {
      name: "near zero",
      attrs: {},
      inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
    },
    { name: "large values", attrs: {}, inputs: [{ shape: [3], dtype: "f32", values: [1e5, 1e20, 3e38] }] },
  ],
};

export const erfCases: OpCases<Record<string, never>> = {
  op: erfOp,
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
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-10, 10] } }],
    },
  ],
};
