import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { productOp } from "./product.ts";
import { reductionCases } from "./reduction-cases.ts";

export const productCases: OpCases<ReductionAttributes> = {
  op: productOp,
  accuracy: "exact",
  cases: withHalves(
    ["short rows, kept"],
    [
      ...reductionCases({
        // Products of up to 70,001 factors stay near 1.
        values: { uniform: [0.9999, 1.0001] },
        // Each product rounds once: n u.
        accuracy: (n) => ({
          relative: n * 2 ** -24,
          absolute: 0,
          reason: "every multiplication rounds once",
        }),
        reducesNothing: true,
      }),
      {
        name: "one zero, two zeros",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [3, 4], dtype: "f32", values: [1, 2, 3, 4, 5, 0, 7, 2, 1, 0, 0, 3] }],
      },
    ],
  ),
};
