import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { lineCases } from "../reduction/line-cases.ts";
import type { AxisAttributes } from "./attributes.ts";
import { logSoftmaxGradientOp, logSoftmaxOp } from "./log-softmax.ts";

export const logSoftmaxCases: OpCases<AxisAttributes> = {
  op: logSoftmaxOp,
  accuracy: {
    relative: 4 * 2 ** -24,
    absolute: 8 * 2 ** -24,
    reason: "the sum of exponentials has a relative error of a few u, which its logarithm makes absolute",
  },
  cases: withHalves(
    ["rows of whole vectors"],
    [
      ...lineCases({ values: [{ normal: [0, 3] }] }),
      {
        name: "far apart",
        attrs: { axis: 1 },
        inputs: [{ shape: [2, 3], dtype: "f32", values: [1e4, 0, 1e4, -200, 0, -80] }],
      },
    ],
  ),
};

export const logSoftmaxGradientCases: OpCases<AxisAttributes> = {
  op: logSoftmaxGradientOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["rows"],
    lineCases({
      values: [{ uniform: [-5, 0] }, { normal: [0, 1] }],
      nonFinite: 1,
      accuracy: (length) => ({
        relative: 8 * 2 ** -24,
        absolute: 2 * length * 2 ** -24,
        reason: "sums of length terms of size 1",
      }),
    }),
  ),
};
