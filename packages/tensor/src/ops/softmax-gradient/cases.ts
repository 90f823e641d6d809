import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { lineCases } from "../lines/line-cases.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { softmaxGradientOp } from "./softmax-gradient.ts";

export const cases: OpCases<AxisAttributes> = {
  op: softmaxGradientOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["rows"],
    lineCases({
      values: [{ uniform: [0, 1] }, { normal: [0, 1] }],
      nonFinite: 1,
      accuracy: (length) => ({
        relative: 8 * 2 ** -24,
        absolute: 2 * length * 2 ** -24,
        reason: "sums of length terms of size 1",
      }),
    }),
  ),
};
