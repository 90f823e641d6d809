import type { OpCases } from "../../core/op-cases.ts";
import { binaryCases, integerCases } from "../elementwise/elementwise-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { addOp } from "./add.ts";

export const cases: OpCases<Record<string, never>> = {
  op: addOp,
  accuracy: "rounding",
  cases: withHalves(
    ["matrices", "rank 0 against a matrix"],
    [
      ...binaryCases({ values: { normal: [0, 1] }, number: 0.75 }),
      ...integerCases("i32", { integers: [-(2 ** 31), 2 ** 31 - 1] }, -7),
      ...integerCases("u32", { integers: [0, 2 ** 32 - 1] }, 7),
    ],
  ),
};
