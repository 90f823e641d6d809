import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { TransposeAttributes } from "./attributes.ts";
import { anyInput } from "./movement-cases.ts";
import { transposeOp } from "./transpose.ts";

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  permutation: readonly number[],
  dtype?: DType,
])[] = [
  ["rank 0", [], []],
  ["rank 1", [5], [0]],
  ["empty", [0, 3], [1, 0]],
  ["identity", [2, 3], [0, 1]],
  ["axes of one element", [1, 4, 1, 3], [1, 2, 3, 0]],
  ["matrix", [37, 22], [1, 0]],
  ["matrix of whole tiles", [32, 16], [1, 0]],
  ["few rows", [3, 50], [1, 0]],
  ["few columns", [50, 3], [1, 0]],
  ["batch of matrices", [3, 9, 14], [0, 2, 1]],
  ["channels last", [2, 5, 4, 6], [0, 2, 3, 1]],
  ["channels first", [2, 4, 6, 3], [0, 3, 1, 2]],
  ["rows stay whole", [4, 5, 7], [1, 0, 2]],
  ["rows of whole vectors stay whole", [4, 5, 8], [1, 0, 2]],
  ["batch of tiled matrices", [3, 40, 33], [0, 2, 1]],
  ["tiles around another axis", [2, 17, 3, 20], [0, 3, 2, 1]],
  ["rank 5", [3, 4, 2, 5, 6], [4, 2, 0, 3, 1]],
  ["rank 7", [2, 3, 2, 3, 2, 3, 2], [6, 4, 2, 0, 5, 3, 1]],
  ["large: 66,000 rows", [66_000, 5], [1, 0]],
  ["large: 66,000 matrices", [66_000, 2, 2], [0, 2, 1]],
  ["u8", [21, 19], [1, 0], "u8"],
  ["u8 channels last", [2, 3, 7, 5], [0, 2, 3, 1], "u8"],
  ["u8 rows of whole words", [2, 3, 12], [1, 0, 2], "u8"],
  ["bool", [6, 11], [1, 0], "bool"],
  ["f16", [7, 11], [1, 0], "f16"],
  ["i32", [18, 7], [1, 0], "i32"],
  ["u32", [7, 18], [1, 0], "u32"],
];

export const transposeCases: OpCases<TransposeAttributes> = {
  op: transposeOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, permutation, dtype]) => ({
      name,
      attrs: { permutation },
      inputs: [anyInput(shape, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { permutation: [1, 0] },
      inputs: [{ shape: [9, 9], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
