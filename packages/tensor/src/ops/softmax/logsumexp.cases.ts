import type { Accuracy, OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ReductionAttributes } from "../reduction/attributes.ts";
import { reductionCases } from "../reduction/reduction-cases.ts";
import { logsumexpOp } from "./logsumexp.ts";

const accuracy: Accuracy = {
  relative: 4 * 2 ** -24,
  absolute: 16 * 2 ** -24,
  reason: "each pass adds a few u to the relative error of the sum, which the logarithm makes absolute",
};

export const logsumexpCases: OpCases<ReductionAttributes> = {
  op: logsumexpOp,
  accuracy,
  cases: withHalves(
    ["rows"],
    [
      ...reductionCases({
        values: { normal: [0, 3] },
        accuracy: () => accuracy,
        reducesNothing: true,
      }),
      {
        name: "beyond the range of exp",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [2, 3], dtype: "f32", values: [1000, 1000, 0, -1000, -1000, -1001] }],
      },
      {
        name: "infinite maximum",
        attrs: { axes: [1], keepDims: false },
        inputs: [
          {
            shape: [2, 2],
            dtype: "f32",
            values: [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
          },
        ],
        needs: "non-finite",
        differentiable: false,
      },
    ],
  ),
};
