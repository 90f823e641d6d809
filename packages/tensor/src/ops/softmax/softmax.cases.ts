import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { lineCases } from "../reduction/line-cases.ts";
import type { AxisAttributes, SoftmaxGradientAttributes } from "./attributes.ts";
import { softmaxGradientOp, softmaxOp } from "./softmax.ts";

export const softmaxCases: OpCases<AxisAttributes> = {
  op: softmaxOp,
  accuracy: {
    relative: 40 * 2 ** -24,
    absolute: 1e-37,
    reason:
      "x - max rounds, which exp multiplies by |x - max| <= 30; exp is 0 where it is not a normal number",
  },
  cases: withHalves(
    ["rows", "columns"],
    [
      ...lineCases({ values: [{ normal: [0, 3] }] }),
      {
        name: "far apart",
        attrs: { axis: 1 },
        inputs: [{ shape: [2, 3], dtype: "f32", values: [1e4, 0, 1e4, -200, 0, -80] }],
      },
      {
        name: "nothing but -infinity",
        attrs: { axis: 0 },
        inputs: [{ shape: [2], dtype: "f32", values: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] }],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};

export const softmaxGradientCases: OpCases<SoftmaxGradientAttributes> = {
  op: softmaxGradientOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["rows"],
    [
      ...lineCases({
        values: [{ uniform: [0, 1] }, { normal: [0, 1] }],
        nonFinite: 1,
        accuracy: (length) => ({
          relative: 8 * 2 ** -24,
          absolute: 2 * length * 2 ** -24,
          reason: "sums of length terms of size 1",
        }),
      }),
      ...[0, 1].map((axis) => ({
        name: `scaled, axis ${axis}`,
        attrs: { axis, scale: -0.3 },
        inputs: [{ uniform: [0, 1] } as const, { normal: [0, 1] } as const].map((values) => ({
          shape: [7, 9],
          dtype: "f32" as const,
          values,
        })),
        accuracy: { relative: 8 * 2 ** -24, absolute: 18 * 2 ** -24, reason: "sums of 9 terms of size 1" },
      })),
    ],
  ),
};
