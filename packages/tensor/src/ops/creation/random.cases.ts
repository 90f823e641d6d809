import type { OpCases } from "../../core/op-cases.ts";
import type { DrawAttributes } from "../../random/draw.ts";
import { bernoulliOp, normalOp, randomBitsOp, uniformOp } from "./random.ts";

export const randomBitsCases: OpCases<DrawAttributes> = {
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

export const uniformCases: OpCases<DrawAttributes> = {
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

export const normalCases: OpCases<DrawAttributes> = {
  op: normalOp,
  accuracy: "transcendental",
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
    { name: "mean and deviation", inputs: [], attrs: { shape: [1001] }, scalars: [42, 0, 3, 0.5] },
  ],
};

export const bernoulliCases: OpCases<DrawAttributes> = {
  op: bernoulliOp,
  accuracy: "exact",
  cases: [
    { name: "matrix", inputs: [], attrs: { shape: [7, 13] }, scalars: [42, 7, 2 ** 23] },
    { name: "empty", inputs: [], attrs: { shape: [0, 3] }, scalars: [42, 7, 2 ** 23] },
    { name: "rank 0", inputs: [], attrs: { shape: [] }, scalars: [42, 7, 2 ** 23] },
    { name: "rank 5", inputs: [], attrs: { shape: [2, 3, 1, 2, 5] }, scalars: [42, 7, 2 ** 23] },
    { name: "large", inputs: [], attrs: { shape: [65_537] }, scalars: [42, 7, 2 ** 23] },
    {
      name: "largest key",
      inputs: [],
      attrs: { shape: [101] },
      scalars: [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 23],
    },
    { name: "never", inputs: [], attrs: { shape: [1001] }, scalars: [42, 0, 0] },
    { name: "always", inputs: [], attrs: { shape: [1001] }, scalars: [42, 0, 2 ** 24] },
    { name: "seldom", inputs: [], attrs: { shape: [1001] }, scalars: [42, 0, 2 ** 18] },
  ],
};
