import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { expOp } from "./exp.ts";

export const cases: OpCases<Record<string, never>> = {
  op: expOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["matrix"],
    [
      ...unaryCases({ attrs: {}, values: { normal: [0, 1] } }),
      {
        name: "the whole range",
        attrs: {},
        inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-87, 88] } }],
      },
    ],
  ),
};
