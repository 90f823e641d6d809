import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { leakyReluOp } from "./leaky-relu.ts";

export const cases: OpCases<Record<string, never>> = {
  op: leakyReluOp,
  accuracy: "rounding",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [0.25] }),
    {
      name: "steep",
      differentiable: "subgradient",
      attrs: {},
      scalars: [3],
      inputs: [{ shape: [5], dtype: "f32", values: [0, -0, 1, -1, 5] }],
    },
  ],
};
