import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { anyInput } from "./movement-cases.ts";
import type { ReshapeAttributes } from "./reshape.ts";
import { reshapeOp } from "./reshape.ts";

const geometries: readonly (readonly [name: string, from: Shape, to: Shape, dtype?: DType])[] = [
  ["rank 0", [], []],
  ["to rank 0", [1, 1], []],
  ["from rank 0", [], [1, 1, 1]],
  ["flattened", [2, 3, 5], [30]],
  ["to rank 5", [6, 35], [2, 3, 1, 5, 7]],
  ["empty", [0, 3], [5, 0, 7]],
  ["large", [66_000, 2], [2, 66_000]],
  ["u8", [3, 5], [15], "u8"],
  ["bool", [4, 3], [3, 4], "bool"],
  ["f16", [3, 5], [15], "f16"],
  ["i32", [4, 3], [2, 6], "i32"],
  ["u32", [4], [2, 2], "u32"],
];

export const reshapeCases: OpCases<ReshapeAttributes> = {
  op: reshapeOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, from, shape, dtype]) => ({
      name,
      attrs: { shape },
      inputs: [anyInput(from, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { shape: [21] },
      inputs: [{ shape: [3, 7], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
