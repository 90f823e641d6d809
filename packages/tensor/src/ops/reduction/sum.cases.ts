import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { reductionCases } from "./reduction-cases.ts";
import { sumOp } from "./sum.ts";

export const sumCases: OpCases<ReductionAttributes> = {
  op: sumOp,
  accuracy: "exact",
  cases: withHalves(
    ["rows", "no axes", "channels first", "all axes"],
    [
      ...reductionCases({
        values: { normal: [0.5, 1] },
        accuracy: (reduction) => ({ reduction }),
        reducesNothing: true,
      }),
      ...reductionCases({
        dtype: "i32",
        values: { integers: [-100, 100] },
        accuracy: () => "exact",
        reducesNothing: true,
      }),
      {
        name: "i32 wraps",
        attrs: { axes: [0], keepDims: false },
        inputs: [{ shape: [7, 2], dtype: "i32", values: { integers: [2 ** 30, 2 ** 31 - 1] } }],
      },
      {
        name: "u32 wraps",
        attrs: { axes: [0], keepDims: false },
        inputs: [{ shape: [7, 2], dtype: "u32", values: { integers: [2 ** 31, 2 ** 32 - 1] } }],
      },
    ],
  ),
};
