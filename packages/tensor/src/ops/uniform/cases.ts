import type { OpCases } from "../../core/op-cases.ts";
import type { DrawAttributes } from "../../random/draw.ts";
import { uniformOp } from "./uniform.ts";

export const cases: OpCases<DrawAttributes> = {
  op: uniformOp,
  accuracy: "exact",
  cases: [
    { name: "matrix", inputs: [], attrs: { shape: [7, 13] }, scalars: [42, 7, 0, 1] },
    { name: "empty", inputs: [], attrs: { shape: [0, 3] }, scalars: [42, 7, 0, 1] },
    { name: "rank 0", inputs: [], attrs: { shape: [] }, scalars: [42, 7, 0, 1] },
    { name: "rank 5", inputs: [], attrs: { shape: [2, 3, 1, 2, 5] }, scalars: [42, 7, 0, 1] },
    { name: "large", inputs: [], attrs: { shape: [65_537] }, scalars: [42, 7, 0, 1] },
    {
      name: "largest key",
      inputs: [],
      attrs: { shape: [101] },
      scalars: [2 ** 32 - 1, 2 ** 32 - 1, 0, 1],
    },
    {
      name: "another interval",
      inputs: [],
      attrs: { shape: [1001] },
      scalars: [42, 0, -0.3, 0.7],
      accuracy: {
        relative: 2 ** -23,
        absolute: 2 ** -23,
        reason: "two roundings of numbers below 1, one of each bound",
      },
    },
  ],
};
