import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, integerCases } from "../elementwise/elementwise-cases.ts";
import { minimumOp } from "./minimum.ts";

export const cases: OpCases<Record<string, never>> = {
  op: minimumOp,
  accuracy: "exact",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, number: 0.25 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 2 ** 31),
    {
      name: "ties",
      differentiable: "subgradient",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "f32", values: [1, 2, 3, 0] },
        { shape: [4], dtype: "f32", values: [1, 1, 5, 0] },
      ],
    },
  ],
};
