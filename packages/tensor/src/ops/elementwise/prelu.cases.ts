import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases } from "./operands/elementwise-cases.ts";
import { withHalves } from "./operands/half-cases.ts";
import { preluOp } from "./prelu.ts";

export const preluCases: OpCases<Record<string, never>> = {
  op: preluOp,
  accuracy: "rounding",
  cases: withHalves(
    [["broadcast row, second", 0]],
    [
      ...binaryCases({ values: { normal: [0, 1] } }),
      {
        name: "zeros",
        attrs: {},
        differentiable: "subgradient",
        inputs: [
          { shape: [5], dtype: "f32", values: [0, -0, 1, -1, -3] },
          { shape: [], dtype: "f32", values: [0.25] },
        ],
      },
    ],
  ),
};
