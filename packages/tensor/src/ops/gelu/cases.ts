import type { OpCases } from "../../core/op-cases.ts";
import { unaryCases } from "../elementwise/elementwise-cases.ts";
import type { GeluAttributes } from "./gelu.ts";
import { geluOp } from "./gelu.ts";

export const cases: OpCases<GeluAttributes> = {
  op: geluOp,
  accuracy: "transcendental",
  cases: [
    ...unaryCases<GeluAttributes>({ attrs: { approximate: "none" }, values: { normal: [0, 2] } }),
    ...unaryCases<GeluAttributes>({ attrs: { approximate: "tanh" }, values: { normal: [0, 2] } }).map(
      (one) => ({ ...one, name: `tanh: ${one.name}` }),
    ),
    {
      name: "saturated",
      attrs: { approximate: "none" },
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
    {
      name: "tanh: saturated",
      attrs: { approximate: "tanh" },
      inputs: [{ shape: [1001], dtype: "f32", values: { uniform: [-1000, 1000] } }],
    },
  ],
};
