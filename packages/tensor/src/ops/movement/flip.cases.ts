import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { FlipAttributes } from "./attributes.ts";
import { flipOp } from "./flip.ts";
import { anyInput } from "./movement-cases.ts";

const geometries: readonly (readonly [name: string, shape: Shape, axes: readonly number[], dtype?: DType])[] =
  [
    ["rank 0", [], []],
    ["vector", [7], [0]],
    ["no axes", [3, 4], []],
    ["rows", [5, 9], [0]],
    ["columns", [5, 9], [1]],
    ["all axes", [3, 4, 5], [0, 1, 2]],
    ["images", [2, 3, 4, 5], [3]],
    ["rank 5", [2, 3, 2, 3, 4], [0, 2, 4]],
    ["empty", [0, 3], [0, 1]],
    ["large: 66,000 rows", [66_000, 3], [1]],
    ["u8", [5, 19], [1], "u8"],
    ["u8 rows of whole words", [5, 8], [0], "u8"],
    ["bool", [5, 3], [0], "bool"],
    ["f16", [5, 7], [1], "f16"],
    ["i32", [5, 6], [0, 1], "i32"],
    ["u32", [5, 6], [1], "u32"],
  ];

export const flipCases: OpCases<FlipAttributes> = {
  op: flipOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, axes, dtype]) => ({
      name,
      attrs: { axes },
      inputs: [anyInput(shape, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { axes: [0, 1] },
      inputs: [{ shape: [5, 7], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
