import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { isFloat } from "../../expression/dtype.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { IndexAddAttributes, TakeAttributes } from "./attributes.ts";
import { indexAddOp, takeOp } from "./take.ts";

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  indices: Shape,
  axis: number,
  dtype?: DType,
])[] = [
  ["vector", [7], [5], 0],
  ["one index", [4, 5], [], 0],
  ["embedding", [10, 6], [2, 7], 0],
  ["rows of whole vectors", [10, 200], [7], 0],
  ["last axis", [5, 9], [4], 1],
  ["middle axis", [3, 5, 7], [2, 2], 1],
  ["rank 5", [2, 3, 4, 2, 3], [5], 2],
  ["no indices", [3, 4], [0], 0],
  ["empty rows", [3, 0], [2], 0],
  ["large: 66,000 indices", [5, 3], [66_000], 0],
  ["u8", [6, 19], [9], 0, "u8"],
  ["u8 rows of whole words", [6, 12], [9], 0, "u8"],
  ["u8 rows of whole vectors", [3, 6, 32], [9], 1, "u8"],
  ["bool", [4, 6], [3], 1, "bool"],
  ["f16", [6, 9], [5], 1, "f16"],
  ["f16 rows of whole words", [6, 10], [5], 0, "f16"],
  ["f16 rows of whole vectors", [6, 16], [5], 0, "f16"],
  ["i32", [6, 5], [9], 0, "i32"],
  ["u32", [6, 1], [9], 0, "u32"],
];

export const takeCases: OpCases<TakeAttributes> = {
  op: takeOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, indices, axis, dtype]) => ({
      name,
      attrs: { axis, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        anyInput(shape, dtype),
        {
          shape: indices,
          dtype: "i32" as const,
          values: { integers: [-shape[axis]!, shape[axis]! - 1] as const },
        },
      ],
    })),
    ...(["f32", "f16", "u8"] as const).map((dtype) => ({
      name: `out of range: ${dtype}`,
      attrs: { axis: 0, outOfRange: "error" as const, negative: "outOfRange" as const },
      inputs: [
        anyInput([3, 5], dtype),
        { shape: [5], dtype: "i32" as const, values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1] },
      ],
      needs: "non-finite" as const,
      differentiable: false,
      reports: "take: indices: found 4 outside of [0, 3)",
    })),
    {
      name: "out of range: counted once for all lines",
      attrs: { axis: 1, outOfRange: "error", negative: "fromEnd" },
      inputs: [
        { shape: [3, 4, 12], dtype: "i32", values: { integers: [0, 99] } },
        { shape: [2, 2], dtype: "i32", values: [4, 0, 3, -7] },
      ],
      reports: "take: indices: found 2 outside of [-4, 4)",
    },
    {
      name: "out of range: zero",
      attrs: { axis: 0, outOfRange: "zero", negative: "outOfRange" },
      inputs: [
        { shape: [3, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [5], dtype: "i32", values: [-1, 3, 2, 0, 2 ** 31 - 1] },
      ],
    },
    {
      name: "nothing to take from",
      attrs: { axis: 0, outOfRange: "zero", negative: "fromEnd" },
      inputs: [
        { shape: [0, 4], dtype: "f32", values: [] },
        { shape: [3], dtype: "i32", values: [0, 1, 2] },
      ],
    },
    {
      name: "non-finite",
      attrs: { axis: 0, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        { shape: [9, 4], dtype: "f32", values: "non-finite" },
        { shape: [4], dtype: "i32", values: [8, 0, 0, 3] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};

const indexGeometries: readonly (readonly [
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

/** Rows of whole fours, which kernels store as halves, and others; few indices, and many. */
const indexHalves = [
  "vector",
  "embedding",
  "rank 5",
  "many rows, few of them named",
  "many indices of few rows",
  "out of range among many",
  "non-finite",
];

export const indexAddCases: OpCases<IndexAddAttributes> = {
  op: indexAddOp,
  accuracy: "exact",
  cases: withHalves<IndexAddAttributes>(indexHalves, [
    ...indexGeometries.map(([name, before, indices, after, size, dtype = "f32"]) => ({
      name,
      attrs: { axis: before.length, size, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        {
          shape: [...before, ...indices, ...after],
          dtype,
          values: isFloat(dtype) ? ({ normal: [0, 1] } as const) : ({ integers: [0, 99] } as const),
        },
        {
          shape: indices,
          dtype: "i32" as const,
          values: { integers: [-size, Math.max(0, size - 1)] as const },
        },
      ],
      accuracy: { reduction: Math.max(1, countElements(indices)) },
    })),
    {
      name: "out of range",
      attrs: { axis: 0, size: 3, outOfRange: "zero", negative: "outOfRange" },
      inputs: [
        { shape: [5, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [5], dtype: "i32", values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1] },
      ],
    },
    {
      name: "out of range among many",
      attrs: { axis: 0, size: 9, outOfRange: "zero", negative: "fromEnd" },
      inputs: [
        { shape: [50, 4], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [50], dtype: "i32", values: { integers: [-12, 11] } },
      ],
      accuracy: { reduction: 50 },
    },
    // Few indices, and many: GPUs sort those.
    ...[5, 80].map((count) => ({
      name: `out of range: ${count} reported`,
      attrs: { axis: 1, size: 9, outOfRange: "error" as const, negative: "outOfRange" as const },
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
      attrs: { axis: 0, size: 4, outOfRange: "error", negative: "fromEnd" },
      inputs: [
        { shape: [4, 5], dtype: "f32", values: "non-finite" },
        { shape: [4], dtype: "i32", values: [1, 0, 3, 2] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ]),
};
