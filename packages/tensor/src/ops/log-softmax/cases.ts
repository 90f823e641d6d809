import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { lineCases } from "../lines/line-cases.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { logSoftmaxOp } from "./log-softmax.ts";

export const cases: OpCases<AxisAttributes> = {
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
