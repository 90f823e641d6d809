import type { OpCases } from "../../core/op-cases.ts";
import { exp2Op, log2Op, log10Op, logaddexpOp } from "./logarithms.ts";
import { binaryCases, unaryCases } from "./operands/elementwise-cases.ts";

export const exp2Cases: OpCases<Record<string, never>> = {
  op: exp2Op,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 2] } }),
    {
      name: "whole numbers",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [6], dtype: "f32", values: [-126, -10, 0, 1, 10, 127] }],
    },
  ],
};

export const log2Cases: OpCases<Record<string, never>> = {
  op: log2Op,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "powers of two, and near them",
      attrs: {},
      differentiable: false,
      inputs: [
        {
          shape: [10],
          dtype: "f32",
          values: [2 ** -126, 2 ** -20, 0.5, 1, 2, 1024, 2 ** 127, 0.9999999, 1.0000001, 1e-40],
        },
      ],
    },
  ],
};

export const log10Cases: OpCases<Record<string, never>> = {
  op: log10Op,
  accuracy: "transcendental",
  cases: [
    ...unaryCases({ attrs: {}, values: { uniform: [0.01, 9] } }),
    {
      name: "powers of ten",
      attrs: {},
      differentiable: false,
      inputs: [{ shape: [5], dtype: "f32", values: [1e-37, 0.001, 1, 1000, 1e30] }],
    },
  ],
};

export const logaddexpCases: OpCases<Record<string, never>> = {
  op: logaddexpOp,
  accuracy: "transcendental",
  cases: [
    ...binaryCases({ values: { normal: [0, 3] }, number: 0.5 }),
    {
      name: "far apart, and beyond the range of exp",
      attrs: {},
      inputs: [
        { shape: [5], dtype: "f32", values: [1000, -1000, 1000, 5, -700] },
        { shape: [5], dtype: "f32", values: [1000.5, -1001, -1000, 30, 700] },
      ],
    },
  ],
};
