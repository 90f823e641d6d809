import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { GatherAttributes } from "./gather.ts";
import { gatherOp } from "./gather.ts";

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
  ["u8", [6, 9], 3, 1, "u8"],
  ["bool", [4, 6], 3, 0, "bool"],
  ["i32", [6, 5], 9, 0, "i32"],
  ["u32", [6, 2], 3, 1, "u32"],
];

export const cases: OpCases<GatherAttributes> = {
  op: gatherOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, count, axis, dtype]) => ({
      name,
      attrs: { axis, outOfRange: "error" as const },
      inputs: [
        anyInput(shape, dtype),
        {
          shape: shape.with(axis, count),
          dtype: "i32" as const,
          values: { integers: [0, shape[axis]! - 1] as const },
        },
      ],
    })),
    ...(["f32", "i32", "bool"] as const).map((dtype) => ({
      name: `out of range: ${dtype}`,
      attrs: { axis: 1, outOfRange: "error" as const },
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
      attrs: { axis: 0, outOfRange: "zero" },
      inputs: [
        { shape: [3, 5], dtype: "f32", values: { normal: [0, 1] } },
        { shape: [2, 5], dtype: "i32", values: [-1, 3, 2, 0, 2 ** 31 - 1] },
      ],
    },
    {
      name: "non-finite",
      attrs: { axis: 0, outOfRange: "error" as const },
      inputs: [
        { shape: [9, 2], dtype: "f32", values: "non-finite" },
        { shape: [3, 2], dtype: "i32", values: [8, 0, 0, 3, 4, 5] },
      ],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
