import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { reluOp } from "./relu.ts";

export const cases: OpCases<Record<string, never>> = {
  op: reluOp,
  accuracy: "exact",
  cases: withHalves(
    ["matrix", "three elements", "rank 5"],
    [
      ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
      {
        name: "zeros",
        differentiable: "subgradient",
        attrs: {},
        inputs: [{ shape: [4], dtype: "f32", values: [0, -0, 1, -1] }],
      },
    ],
  ),
};
