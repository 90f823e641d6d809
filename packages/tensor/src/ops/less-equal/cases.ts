import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, integerCases } from "../elementwise/elementwise-cases.ts";
import { lessEqualOp } from "./less-equal.ts";

export const cases: OpCases<Record<string, never>> = {
  op: lessEqualOp,
  accuracy: "exact",
  cases: [
    ...binaryCases({ values: { integers: [-2, 2] }, number: 1 }),
    ...integerCases("i32", { integers: [-9, 9] }, -7),
    ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 2 ** 31),
    ...integerCases("u8", { integers: [0, 3] }, 2),
  ],
};
