import type { OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { TopKAttributes } from "./attributes.ts";
import { topKOp } from "./top-k.ts";

const geometries: readonly (readonly [
  name: string,
  shape: Shape,
  k: number,
  axis: number,
  largest?: boolean,
])[] = [
  ["one of a vector", [9], 1, 0],
  ["rows", [5, 20], 3, 1],
  ["smallest", [5, 20], 4, 1, false],
  ["all, sorted", [3, 33], 33, 1],
  ["all, sorted upwards", [33, 3], 33, 0, false],
  ["columns", [20, 6], 5, 0],
  ["middle axis", [3, 8, 5], 2, 1],
  ["a few of long rows", [2, 5000], 7, 1],
  ["half of a long row", [40_000], 20_000, 0],
  ["all of long columns", [2500, 3], 2500, 0, false],
  ["rank 5", [2, 3, 6, 2, 3], 4, 2],
  ["none", [3, 4], 0, 1],
  ["empty", [0, 4], 2, 1],
  ["large: 66,000 rows", [66_000, 3], 2, 1],
];

const integerCases: OpCase<TopKAttributes>[] = [true, false].flatMap((largest) => [
  {
    name: `i32 with ties, ${largest ? "largest" : "smallest"}`,
    attrs: { k: 5, axis: 1, largest },
    inputs: [{ shape: [4, 17], dtype: "i32", values: { integers: [-3, 3] } }],
  },
  {
    name: `u32, ${largest ? "largest" : "smallest"}`,
    attrs: { k: 3, axis: 0, largest },
    inputs: [{ shape: [9, 2], dtype: "u32", values: { integers: [0, 2 ** 32 - 1] } }],
  },
]);

const halves = [
  "rows",
  "smallest",
  "all, sorted",
  "columns",
  "middle axis",
  "all of long columns",
  "ties of both zeros",
  "non-finite, largest",
  "non-finite, smallest",
];

export const topKCases: OpCases<TopKAttributes> = {
  op: topKOp,
  accuracy: "exact",
  cases: withHalves(halves, [
    ...geometries.map(([name, shape, k, axis, largest = true]) => ({
      name,
      attrs: { k, axis, largest },
      inputs: [{ shape, dtype: "f32" as const, values: "distinct" as const }],
    })),
    ...integerCases,
    {
      name: "ties of both zeros",
      attrs: { k: 4, axis: 0, largest: true },
      inputs: [{ shape: [5], dtype: "f32", values: [-0, 0, -1, -0, 0] }],
      differentiable: false,
    },
    ...[true, false].map((largest) => ({
      name: `non-finite, ${largest ? "largest" : "smallest"}`,
      attrs: { k: 23, axis: 1, largest },
      inputs: [{ shape: [3, 23], dtype: "f32" as const, values: "non-finite" as const }],
      needs: "non-finite" as const,
      differentiable: false,
    })),
  ]),
};
