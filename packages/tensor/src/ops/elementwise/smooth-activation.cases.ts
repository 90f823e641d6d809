import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "./operands/elementwise-cases.ts";
import { celuOp, logSigmoidOp, mishOp, seluOp, softsignOp } from "./smooth-activation.ts";

/** Values at which exponentials overflow or vanish. */
const saturated = (scalars: readonly number[] = []): OpCase<Record<string, never>> => ({
  name: "saturated",
  attrs: {},
  scalars,
  inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
});

const wholeLine: readonly OpCase<Record<string, never>>[] = [
  ...unaryCases({ attrs: {}, values: { normal: [0, 3] } }),
  saturated(),
];

export const seluCases: OpCases<Record<string, never>> = {
  op: seluOp,
  accuracy: "transcendental",
  cases: wholeLine,
};

export const celuCases: OpCases<Record<string, never>> = {
  op: celuOp,
  accuracy: "transcendental",
  cases: [...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [1.5] }), saturated([0.25])],
};

export const logSigmoidCases: OpCases<Record<string, never>> = {
  op: logSigmoidOp,
  accuracy: "transcendental",
  cases: wholeLine,
};

export const mishCases: OpCases<Record<string, never>> = {
  op: mishOp,
  accuracy: "transcendental",
  cases: wholeLine,
};

export const softsignCases: OpCases<Record<string, never>> = {
  op: softsignOp,
  accuracy: "rounding",
  cases: [
    ...wholeLine,
    {
      name: "at the seam",
      attrs: {},
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0.5, -1.5, 2] }],
    },
  ],
};
