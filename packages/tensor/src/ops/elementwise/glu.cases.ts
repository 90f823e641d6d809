import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { GluAttributes } from "./glu.ts";
import { gluOp } from "./glu.ts";
import { withHalves } from "./operands/half-cases.ts";

const on = (name: string, shape: Shape, axis: number): OpCase<GluAttributes> => ({
  name,
  attrs: { axis },
  inputs: [{ shape, dtype: "f32", values: { normal: [0, 2] } }],
});

export const gluCases: OpCases<GluAttributes> = {
  op: gluOp,
  accuracy: "transcendental",
  cases: withHalves(
    ["channels"],
    [
      on("one axis", [14], 0),
      on("last axis", [7, 6], 1),
      on("channels", [3, 10, 7], 1),
      on("rank 5", [2, 3, 1, 4, 5], 3),
      on("empty", [0, 4], 1),
      on("empty along the axis", [3, 0], 1),
      on("large", [3, 43_692], 1),
      {
        name: "saturated",
        attrs: { axis: 0 },
        inputs: [{ shape: [1002], dtype: "f32", values: { uniform: [-1000, 1000] } }],
      },
      {
        name: "non-finite",
        attrs: { axis: 1 },
        inputs: [{ shape: [11, 4], dtype: "f32", values: "non-finite" }],
        needs: "non-finite",
      },
    ],
  ),
};
