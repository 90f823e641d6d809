import type { OpCases } from "../../core/op-cases.ts";
import type { DrawAttributes } from "../../random/draw.ts";
import { randomBitsOp } from "./random-bits.ts";

export const cases: OpCases<DrawAttributes> = {
  op: randomBitsOp,
  accuracy: "exact",
  cases: [
    { name: "matrix", inputs: [], attrs: { shape: [7, 13] }, scalars: [42, 7] },
    { name: "empty", inputs: [], attrs: { shape: [0, 3] }, scalars: [42, 7] },
    { name: "rank 0", inputs: [], attrs: { shape: [] }, scalars: [42, 7] },
    { name: "rank 5", inputs: [], attrs: { shape: [2, 3, 1, 2, 5] }, scalars: [42, 7] },
    { name: "large", inputs: [], attrs: { shape: [65_537] }, scalars: [42, 7] },
    {
      name: "largest key",
      inputs: [],
      attrs: { shape: [101] },
      scalars: [2 ** 32 - 1, 2 ** 32 - 1],
    },
  ],
};
