import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { IndexAddAttributes } from "./index-add.ts";
import { indexAddOp } from "./index-add.ts";

const geometries: readonly (readonly [
  name: string,
  before: Shape,
  indices: Shape,
  after: Shape,
  size: number,
  dtype?: DType,
])[] = [
  ["vector", [], [9], [], 4],
  ["one index", [], [], [5], 4],
  ["embedding", [], [2, 7], [6], 10],
  ["tiles of columns", [], [9], [135], 5],
  ["last axis", [5], [9], [], 4],
  ["middle axis", [3], [5], [7], 2],
  ["rank 5", [2, 3], [5], [2, 3], 4],
  ["no indices", [], [0], [3], 2],
  ["to nothing", [], [3], [2], 0],
  ["large: 66,000 indices", [], [66_000], [3], 9],
  ["many rows, few of them named", [], [600], [8], 1000],
  ["many indices of few rows", [2], [5000], [3], 7],
  ["i32", [], [9], [5], 6, "i32"],
  ["many i32", [], [40], [5], 6, "i32"],
  ["u32", [], [9], [6], 3, "u32"],
];

export const cases: OpCases<IndexAddAttributes> = {
  op: indexAddOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, before, indices, after, size, dtype = "f32"]) => ({
      name,
      attrs: { axis: before.length, size, outOfRange: "error" as const },
      inputs: [
        {
          shape: [...before, ...indices, ...after],
          dtype,
          values: dtype === "f32" ? ({ normal: [0, 1] } as const) : ({ integers: [0, 99] } as const),
        },
        { shape: indices, dtype: "i32" as const, values: { integers: [0, Math.max(0, size - 1)] as const } },
      ],
      accuracy: { reduction: Math.max(1, sizeOf(indices)) },
    })),
    {
      name: "out of range",
      attrs: { axis: 0, size: 3, outOfRange: "zero" },
      inputs: [
        { shape: [5, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [5], dtype: "i32", values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1] },
      ],
    },
    {
      name: "out of range among many",
      attrs: { axis: 0, size: 9, outOfRange: "zero" },
      inputs: [
        { shape: [50, 4], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [50], dtype: "i32", values: { integers: [-3, 11] } },
      ],
      accuracy: { reduction: 50 },
    },
    // Few indices, and many: GPUs sort those.
    ...[5, 80].map((count) => ({
      name: `out of range: ${count} reported`,
      attrs: { axis: 1, size: 9, outOfRange: "error" as const },
      inputs: [
        { shape: [2, count, 70], dtype: "i32" as const, values: { integers: [0, 99] as const } },
        {
          shape: [count],
          dtype: "i32" as const,
          values: Array.from({ length: count }, (_, index) => [-1, 9, 8, -(2 ** 31), 0][index % 5]!),
        },
      ],
      reports: `indexAdd: indices: found ${(count / 5) * 3} outside of [0, 9)`,
    })),
    {
      name: "non-finite",
      attrs: { axis: 0, size: 4, outOfRange: "error" },
      inputs: [
        { shape: [4, 5], dtype: "f32", values: "non-finite" },
        { shape: [4], dtype: "i32", values: [1, 0, 3, 2] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
