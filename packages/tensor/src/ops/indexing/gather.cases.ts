import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { isFloat } from "../../expression/dtype.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { GatherAttributes, IndexAddAttributes } from "./attributes.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  count: number,
  axis: number,
  dtype?: DType,
])[] = [
  ["vector", [7], 5, 0],
  ["one of each row", [6, 10], 1, 1],
  ["columns", [4, 9], 7, 0],
  ["middle axis", [3, 5, 7], 2, 1],
  ["rank 5", [2, 3, 4, 2, 3], 5, 2],
  ["no indices", [3, 4], 0, 1],
  ["empty", [0, 4], 2, 1],
  ["large: 66,000 rows", [66_000, 3], 1, 1],
  ["f16", [6, 9], 3, 1, "f16"],
  ["u8", [6, 9], 3, 1, "u8"],
  ["bool", [4, 6], 3, 0, "bool"],
  ["i32", [6, 5], 9, 0, "i32"],
  ["u32", [6, 2], 3, 1, "u32"],
];

export const gatherCases: OpCases<GatherAttributes> = {
  op: gatherOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, count, axis, dtype]) => ({
      name,
      attrs: { axis, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        anyInput(shape, dtype),
        {
          shape: shape.with(axis, count),
          dtype: "i32" as const,
          values: { integers: [-shape[axis]!, shape[axis]! - 1] as const },
        },
      ],
    })),
    ...(["f32", "f16", "i32", "bool"] as const).map((dtype) => ({
      name: `out of range: ${dtype}`,
      attrs: { axis: 1, outOfRange: "error" as const, negative: "outOfRange" as const },
      inputs: [
        anyInput([2, 3], dtype),
        { shape: [2, 3], dtype: "i32" as const, values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1, 0] },
      ],
      needs: "non-finite" as const,
      differentiable: false,
      reports: "gather: indices: found 4 outside of [0, 3)",
    })),
    {
      name: "out of range: zero",
      attrs: { axis: 0, outOfRange: "zero", negative: "outOfRange" },
      inputs: [
        { shape: [3, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [2, 5], dtype: "i32", values: [-1, 3, 2, 0, 2 ** 31 - 1] },
      ],
    },
    {
      name: "non-finite",
      attrs: { axis: 0, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        { shape: [9, 2], dtype: "f32", values: "non-finite" },
        { shape: [3, 2], dtype: "i32", values: [8, 0, 0, 3, 4, 5] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};

const scatterGeometries: readonly (readonly [
  name: string,
  shape: Shape,
  size: number,
  axis: number,
  dtype?: DType,
])[] = [
  ["vector", [9], 4, 0],
  ["one of each row", [6, 1], 10, 1],
  ["columns", [9, 5], 4, 0],
  ["tiles of columns", [3, 135], 2, 0],
  ["middle axis", [3, 5, 7], 2, 1],
  ["rank 5", [2, 3, 4, 2, 3], 5, 2],
  ["no indices", [3, 0], 2, 1],
  ["empty", [0, 4], 2, 1],
  ["to nothing", [2, 4], 0, 1],
  ["large: 66,000 rows", [66_000, 2], 3, 1],
  ["many of each row", [3, 700], 500, 1],
  ["long columns", [3000, 2], 5, 0],
  ["i32", [6, 5], 9, 0, "i32"],
  ["many u32", [2, 70, 3], 50, 1, "u32"],
  ["u32", [6, 2], 3, 1, "u32"],
];

const scatterHalves = ["vector", "columns", "many of each row", "out of range among many", "non-finite"];

export const scatterAddCases: OpCases<IndexAddAttributes> = {
  op: scatterAddOp,
  accuracy: "exact",
  cases: withHalves<IndexAddAttributes>(scatterHalves, [
    ...scatterGeometries.map(([name, shape, size, axis, dtype = "f32"]) => ({
      name,
      attrs: { axis, size, outOfRange: "error" as const, negative: "fromEnd" as const },
      inputs: [
        {
          shape,
          dtype,
          values: isFloat(dtype) ? ({ normal: [0, 1] } as const) : ({ integers: [0, 99] } as const),
        },
        { shape, dtype: "i32" as const, values: { integers: [-size, Math.max(0, size - 1)] as const } },
      ],
      accuracy: { reduction: Math.max(1, shape[axis]!) },
    })),
    {
      name: "out of range",
      attrs: { axis: 1, size: 3, outOfRange: "zero", negative: "outOfRange" },
      inputs: [
        { shape: [2, 3], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [2, 3], dtype: "i32", values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1, 0] },
      ],
    },
    {
      name: "out of range among many",
      attrs: { axis: 1, size: 9, outOfRange: "zero", negative: "fromEnd" },
      inputs: [
        { shape: [2, 60], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [2, 60], dtype: "i32", values: { integers: [-12, 11] } },
      ],
      accuracy: { reduction: 60 },
    },
    ...[5, 80].map((count) => ({
      name: `out of range: ${count} of each line reported`,
      attrs: { axis: 1, size: 9, outOfRange: "error" as const, negative: "outOfRange" as const },
      inputs: [
        { shape: [2, count, 3], dtype: "i32" as const, values: { integers: [0, 99] as const } },
        {
          shape: [2, count, 3],
          dtype: "i32" as const,
          values: Array.from({ length: 6 * count }, (_, index) => [-1, 9, 8, -(2 ** 31), 0][index % 5]!),
        },
      ],
      reports: `scatterAdd: indices: found ${(6 * count * 3) / 5} outside of [0, 9)`,
    })),
    {
      name: "non-finite",
      attrs: { axis: 0, size: 5, outOfRange: "error", negative: "fromEnd" },
      inputs: [
        { shape: [5, 3], dtype: "f32", values: "non-finite" },
        { shape: [5, 3], dtype: "i32", values: [4, 3, 2, 1, 0, 1, 2, 3, 4, 0, 0, 0, 3, 4, 3] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ]),
};
