import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, unaryCases } from "./operands/elementwise-cases.ts";
import { powerOp, reciprocalOp, rsqrtOp, sqrtOp, squareOp } from "./powers.ts";

export const squareCases: OpCases<Record<string, never>> = {
  op: squareOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
    ...unaryCases({ attrs: {}, values: { integers: [-70_000, 70_000] }, dtype: "i32" }),
    ...unaryCases({ attrs: {}, values: { integers: [0, 70_000] }, dtype: "u32" }),
  ],
};

export const sqrtCases: OpCases<Record<string, never>> = {
  op: sqrtOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "large and small",
      attrs: {},
      inputs: [{ shape: [4], dtype: "f32", values: [1e-30, 1e30, 3e38, 1e-38] }],
    },
  ],
};

export const rsqrtCases: OpCases<Record<string, never>> = {
  op: rsqrtOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "large and small",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [4], dtype: "f32", values: [1e-18, 1e18, 1e-30, 1e30] }],
    },
  ],
};

export const reciprocalCases: OpCases<Record<string, never>> = {
  op: reciprocalOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.1, 4] } }),
    { name: "negative", attrs: {}, inputs: [{ shape: [11], dtype: "f32", values: { uniform: [-4, -0.1] } }] },
  ],
};

export const powerCases: OpCases<Record<string, never>> = {
  op: powerOp,
  accuracy: "transcendental",
  cases: [
    ...binaryCases({
      values: { uniform: [0.5, 4] },
      secondValues: { normal: [0, 1] },
      number: 1.5,
      nonFinite: false,
    }),
    {
      name: "whole exponents of negative bases",
      attrs: {},
      differentiable: false,
      inputs: [
        { shape: [6], dtype: "f32", values: [-2, -1.5, -3, -0.5, -2, 7] },
        { shape: [6], dtype: "f32", values: [3, 2, -1, -2, 0, 0] },
      ],
    },
    {
      name: "zero bases",
      differentiable: "subgradient",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "f32", values: [0, 0, 0, 0] },
        { shape: [4], dtype: "f32", values: [0, 1, 2, 0.5] },
      ],
    },
    {
      name: "special values",
      attrs: {},
      needs: "non-finite",
      inputs: [
        { shape: [8, 1], dtype: "f32", values: [1, -1, Infinity, -Infinity, Number.NaN, 0, 2, 0.5] },
        { shape: [9], dtype: "f32", values: [Infinity, -Infinity, Number.NaN, 0, 0.5, -0.5, 3, -3, 1] },
      ],
    },
    {
      name: "fractional exponents of negative bases",
      attrs: {},
      needs: "non-finite",
      inputs: [
        { shape: [2], dtype: "f32", values: [-2, -1] },
        { shape: [2], dtype: "f32", values: [0.5, -1.5] },
      ],
    },
  ],
};
