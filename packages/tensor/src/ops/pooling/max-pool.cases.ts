import type { OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";
import { maxPoolGradientOp, maxPoolOp, maxPoolSelectOp } from "./max-pool.ts";
import { maxPoolIndicesOp } from "./max-pool-indices.ts";
import { gradientCases, makePlaces, selectCases } from "./place-cases.ts";
import { readPoolAttributes } from "./pool-options.ts";
import { dilatedCases, poolCases } from "./pooling-cases.ts";

const pairs = readPoolAttributes("maxPool2d", [3, 8, 18], 2, 2, {});
const overlapping = readPoolAttributes("maxPool2d", [3, 8, 18], 2, 3, { stride: 1, padding: 1 });

export const maxPoolCases: OpCases<PoolAttributes> = {
  op: maxPoolOp,
  accuracy: "exact",
  cases: withHalves(
    ["pairs", "three by three, every second"],
    [
      ...[...poolCases, ...dilatedCases].map(({ name, shape, attrs }) => ({
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

export const maxPoolSelectCases: OpCases<PoolAttributes> = {
  op: maxPoolSelectOp,
  accuracy: "exact",
  cases: withHalves(
    ["pairs, odd sizes"],
    [
      ...selectCases,
      ...selectCases.slice(0, 1).map(({ name, attrs, inputs: [x, places] }) => ({
        name: `non-finite, ${name}`,
        attrs,
        inputs: [{ ...x!, values: "non-finite" as const }, places],
        needs: "non-finite" as const,
      })),
      {
        name: "integers",
        attrs: overlapping,
        inputs: [
          { shape: [3, 8, 18], dtype: "i32", values: { integers: [-1000, 1000] } },
          makePlaces({ name: "", shape: [3, 8, 18], attrs: overlapping }),
        ],
      },
    ],
  ),
};

/** Places that lie in the input, as those of gradients. */
export const maxPoolIndicesCases: OpCases<PoolGradientAttributes> = {
  op: maxPoolIndicesOp,
  accuracy: "exact",
  cases: gradientCases.map(({ name, attrs, inputs: [, places] }) => ({ name, attrs, inputs: [places!] })),
};

export const maxPoolGradientCases: OpCases<PoolGradientAttributes> = {
  op: maxPoolGradientOp,
  // At most as many terms as windows overlap in a position.
  accuracy: { reduction: 25 },
  cases: withHalves(
    ["pairs", "three by three, every second"],
    [
      ...gradientCases,
      ...gradientCases.slice(0, 1).map(({ name, attrs, inputs: [dy, places] }) => ({
        name: `non-finite, ${name}`,
        attrs,
        inputs: [{ ...dy!, values: "non-finite" as const }, places],
        needs: "non-finite" as const,
      })),
    ],
  ),
};
