import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { ReductionAttributes } from "./attributes.ts";
import { maxOp, minOp } from "./extreme.ts";
import { reductionCases } from "./reduction-cases.ts";

export const maxCases: OpCases<ReductionAttributes> = {
  op: maxOp,
  accuracy: "exact",
  cases: withHalves(
    ["rows", "columns"],
    [
      ...reductionCases({ values: "distinct", accuracy: () => "exact" }),
      ...reductionCases({ dtype: "i32", values: { integers: [-9, 9] }, accuracy: () => "exact" }),
      {
        name: "u32",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [3, 9], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
      },
      {
        name: "ties",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [3, 4], dtype: "f32", values: [1, 2, 2, 1, 0, 0, 0, 0, 5, 5, 5, 4] }],
        differentiable: false,
      },
    ],
  ),
};

export const minCases: OpCases<ReductionAttributes> = {
  op: minOp,
  accuracy: "exact",
  cases: withHalves(
    ["channels last"],
    [
      ...reductionCases({ values: "distinct", accuracy: () => "exact" }),
      ...reductionCases({ dtype: "i32", values: { integers: [-9, 9] }, accuracy: () => "exact" }),
      {
        name: "u32",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [3, 9], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
      },
      {
        name: "ties",
        attrs: { axes: [1], keepDims: false },
        inputs: [{ shape: [3, 4], dtype: "f32", values: [1, 2, 2, 1, 0, 0, 0, 0, 5, 5, 5, 4] }],
        differentiable: false,
      },
    ],
  ),
};
