import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { tanhOp } from "./tanh.ts";

export const cases: OpCases<Record<string, never>> = {
  op: tanhOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["matrix"],
    [
      ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
      {
        name: "near zero",
        attrs: {},
        inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-1e-3, 1e-3] } }],
      },
      {
        name: "saturated",
        attrs: {},
        inputs: [{ shape: [101], dtype: "f32", values: { uniform: [-100, 100] } }],
      },
    ],
  ),
};
