import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import type { BroadcastToAttributes } from "./broadcast-to.ts";
import { broadcastToOp } from "./broadcast-to.ts";
import { anyInput } from "./movement-cases.ts";

const geometries: readonly (readonly [name: string, from: Shape, to: Shape, dtype?: DType])[] = [
  ["rank 0", [], []],
  ["a number", [], [3, 5]],
  ["same shape", [3, 5], [3, 5]],
  ["rows", [1, 7], [5, 7]],
  ["columns", [5, 1], [5, 7]],
  ["new axes", [3], [2, 4, 3]],
  ["middle axes", [2, 1, 3, 1, 2], [2, 4, 3, 5, 2]],
  ["to nothing", [1, 3], [0, 3]],
  ["from nothing", [0, 1], [0, 3]],
  ["large", [66_000, 1], [66_000, 3]],
  ["u8", [1, 5], [3, 5], "u8"],
  ["bool", [4, 1], [4, 3], "bool"],
  ["f16", [5, 1], [5, 7], "f16"],
  ["i32", [1, 3], [2, 3], "i32"],
  ["u32", [1], [7], "u32"],
];

export const broadcastToCases: OpCases<BroadcastToAttributes> = {
  op: broadcastToOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, from, shape, dtype]) => ({
      name,
      attrs: { shape },
      inputs: [anyInput(from, dtype)],
    })),
    {
      name: "non-finite",
      attrs: { shape: [3, 7] },
      inputs: [{ shape: [7], dtype: "f32", values: "non-finite" }],
      needs: "non-finite",
      differentiable: false,
    },
  ],
};
