import type { OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import type { OneHotAttributes } from "./one-hot.ts";
import { oneHotOp } from "./one-hot.ts";

const geometries: readonly (readonly [name: string, shape: Shape, classes: number])[] = [
  ["one label", [1], 4],
  ["labels", [9, 1], 10],
  ["rank 5", [2, 3, 2, 2, 1], 3],
  ["one class", [4, 1], 1],
  ["no classes", [4, 1], 0],
  ["empty", [0, 1], 5],
  ["large: 66,000 labels", [66_000, 1], 3],
];

export const oneHotCases: OpCases<OneHotAttributes> = {
  op: oneHotOp,
  accuracy: "exact",
  cases: [
    ...geometries.map(([name, shape, classes]) => ({
      name,
      attrs: { classes },
      inputs: [
        { shape, dtype: "i32" as const, values: { integers: [0, Math.max(0, classes - 1)] as const } },
      ],
      differentiable: false,
    })),
    {
      name: "labels that are no class",
      attrs: { classes: 3 },
      inputs: [{ shape: [5, 1], dtype: "i32", values: [-1, 3, 2, -(2 ** 31), 2 ** 31 - 1] }],
      differentiable: false,
    },
  ],
};
