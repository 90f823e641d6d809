import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { TakeAttributes } from "./take.ts";
import { takeOp } from "./take.ts";

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
  ["i32", [6, 5], [9], 0, "i32"],
  ["u32", [6, 1], [9], 0, "u32"],
];

export const cases: OpCases<TakeAttributes> = {
  op: takeOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, indices, axis, dtype]) => ({
      name,
      attrs: { axis, outOfRange: "error" as const },
      inputs: [
        anyInput(shape, dtype),
        { shape: indices, dtype: "i32" as const, values: { integers: [0, shape[axis]! - 1] as const } },
      ],
    })),
    ...(["f32", "u8"] as const).map((dtype) => ({
      name: `out of range: ${dtype}`,
      attrs: { axis: 0, outOfRange: "error" as const },
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
      attrs: { axis: 1, outOfRange: "error" },
      inputs: [
        { shape: [3, 4, 12], dtype: "i32", values: { integers: [0, 99] } },
        { shape: [2, 2], dtype: "i32", values: [4, 0, 3, -7] },
      ],
      reports: "take: indices: found 2 outside of [0, 4)",
    },
    {
      name: "out of range: zero",
      attrs: { axis: 0, outOfRange: "zero" },
      inputs: [
        { shape: [3, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [5], dtype: "i32", values: [-1, 3, 2, 0, 2 ** 31 - 1] },
      ],
    },
    {
      name: "nothing to take from",
      attrs: { axis: 0, outOfRange: "zero" },
      inputs: [
        { shape: [0, 4], dtype: "f32", values: [] },
        { shape: [3], dtype: "i32", values: [0, 1, 2] },
      ],
    },
    {
      name: "non-finite",
      attrs: { axis: 0, outOfRange: "error" as const },
      inputs: [
        { shape: [9, 4], dtype: "f32", values: "non-finite" },
        { shape: [4], dtype: "i32", values: [8, 0, 0, 3] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
