import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { hardtanhOp } from "./hardtanh.ts";

export const cases: OpCases<Record<string, never>> = {
  op: hardtanhOp,
  accuracy: "exact",
  cases: [
    ...unaryCases({ attrs: {}, values: { normal: [0, 1] }, scalars: [-0.5, 1] }),
    {
      name: "at the bounds",
      differentiable: "subgradient",
      attrs: {},
      scalars: [-1, 1],
      inputs: [{ shape: [5], dtype: "f32", values: [-1, 1, 0, -2, 2] }],
    },
  ],
};
