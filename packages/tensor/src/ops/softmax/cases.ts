import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { lineCases } from "../lines/line-cases.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { softmaxOp } from "./softmax.ts";

export const cases: OpCases<AxisAttributes> = {
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
