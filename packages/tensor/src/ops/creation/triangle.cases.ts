import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { anyInput } from "../movement/movement-cases.ts";
import type { TriangleAttributes } from "./triangle.ts";
import { triangleOp } from "./triangle.ts";

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  part: "lower" | "upper",
  diagonal: number,
  dtype?: DType,
])[] = [
  ["lower", [5, 5], "lower", 0],
  ["upper", [5, 5], "upper", 0],
  ["wide, above", [3, 9], "lower", 2],
  ["tall, below", [9, 3], "upper", -4],
  ["nothing is left", [3, 4], "lower", -3],
  ["all is left", [3, 4], "upper", -3],
  ["rank 5", [2, 1, 2, 3, 4], "lower", 1],
  ["empty", [0, 3, 3], "lower", 0],
  ["no columns", [3, 0], "upper", 0],
  ["large: 66,000 matrices", [66_000, 2, 2], "lower", 0],
  ["u8", [4, 7], "upper", 1, "u8"],
  ["bool", [5, 3], "lower", 0, "bool"],
  ["f16", [5, 7], "lower", 1, "f16"],
  ["i32", [3, 5], "upper", 0, "i32"],
  ["u32", [3, 5], "lower", 0, "u32"],
];

export const triangleCases: OpCases<TriangleAttributes> = {
  op: triangleOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, part, diagonal, dtype]) => ({
      name,
      attrs: { part, diagonal },
      inputs: [anyInput(shape, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { part: "lower", diagonal: 0 },
      inputs: [{ shape: [7, 7], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
