import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { pooledShape } from "../pooling/geometry.ts";
import { poolCases } from "../pooling/pooling-cases.ts";
import type { AvgPoolGradientAttributes } from "./avg-pool-gradient.ts";
import { avgPoolGradientOp } from "./avg-pool-gradient.ts";

const spread = (countIncludePad: boolean): OpCase<AvgPoolGradientAttributes>[] =>
  poolCases.map(({ name, shape, attrs }) => ({
    name: countIncludePad ? name : `${name}, padding not counted`,
    attrs: { ...attrs, inputShape: shape, countIncludePad },
    inputs: [{ shape: pooledShape(name, shape, attrs), dtype: "f32", values: { normal: [0.5, 1] } }],
    accuracy: { reduction: attrs.kernel.reduce((size, length) => size * length, 1) },
  }));

export const cases: OpCases<AvgPoolGradientAttributes> = {
  op: avgPoolGradientOp,
  accuracy: "rounding",
  cases: withHalves(
    ["pairs", "pairs, odd sizes"],
    [
      ...spread(true),
      ...spread(false).filter(({ attrs }) => attrs.padding.some((pad) => pad > 0)),
      ...spread(true)
        .slice(0, 1)
        .map(({ name, attrs, inputs: [dy] }) => ({
          name: `non-finite, ${name}`,
          attrs,
          inputs: [{ ...dy!, values: "non-finite" as const }],
          needs: "non-finite" as const,
        })),
    ],
  ),
};
