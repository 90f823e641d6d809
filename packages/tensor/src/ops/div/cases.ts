import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, integerCases } from "../elementwise/elementwise-cases.ts";
import { divOp } from "./div.ts";

export const cases: OpCases<Record<string, never>> = {
  op: divOp,
  accuracy: "rounding",
  cases: [
    ...binaryCases({ values: { normal: [0, 1] }, secondValues: { uniform: [0.5, 4] }, number: -3 }),
    ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7, { integers: [-9, 9] }),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7, { integers: [0, 9] }),
    {
      name: "i32: overflow and zero",
      attrs: {},
      inputs: [
        { shape: [4], dtype: "i32", values: [-(2 ** 31), 5, -5, 0] },
        { shape: [4], dtype: "i32", values: [-1, 0, 0, 0] },
      ],
    },
  ],
};
