import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import type { PoolAttributes } from "../pooling/geometry.ts";
import { poolAttributes } from "../pooling/geometry.ts";
import { poolCases } from "../pooling/pooling-cases.ts";
import { maxPoolOp } from "./max-pool.ts";

const pairs = poolAttributes("maxPool2d", 2, 2, {});
const overlapping = poolAttributes("maxPool2d", 2, 3, { stride: 1, padding: 1 });

export const cases: OpCases<PoolAttributes> = {
  op: maxPoolOp,
  accuracy: "exact",
  cases: withHalves(
    ["pairs", "three by three, every second"],
    [
      ...poolCases.map(({ name, shape, attrs }) => ({
        name,
        attrs,
        inputs: [{ shape, dtype: "f32" as const, values: "distinct" as const }],
      })),
      {
        name: "ties, pairs",
        attrs: pairs,
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: { integers: [0, 1] } }],
        differentiable: "subgradient",
      },
      {
        name: "ties, overlapping",
        attrs: overlapping,
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: { integers: [0, 1] } }],
        differentiable: "subgradient",
      },
      {
        name: "non-finite, pairs",
        attrs: pairs,
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: "non-finite" }],
        needs: "non-finite",
      },
      {
        name: "non-finite, overlapping",
        attrs: overlapping,
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: "non-finite" }],
        needs: "non-finite",
      },
      {
        name: "minus infinity everywhere",
        attrs: overlapping,
        inputs: [{ shape: [2, 5, 9], dtype: "f32", values: [Number.NEGATIVE_INFINITY] }],
        needs: "non-finite",
      },
    ],
  ),
};
