import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { meanOp } from "./mean.ts";
import { reductionCases } from "./reduction-cases.ts";

export const meanCases: OpCases<ReductionAttributes> = {
  op: meanOp,
  accuracy: "rounding",
  cases: withHalves(
    ["rows", "large: one row in parts", "axes of one element"],
    reductionCases({
      values: { normal: [0.5, 1] },
      accuracy: (reduction) => ({ reduction }),
      reducesNothing: true,
    }),
  ),
};
