import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "./attributes.ts";
import { avgPoolGradientOp, avgPoolOp } from "./avg-pool.ts";
import { poolCases } from "./pooling-cases.ts";
import { computePooledShape } from "./pooling-geometry.ts";

/** The number of positions of a window. */
const countPositions = ({ kernel }: AvgPoolAttributes): number =>
  kernel.reduce((size, length) => size * length, 1);

/** Some of the cases, divided by what is not the number of positions of any window. */
const withDivisor = <Attrs extends AvgPoolAttributes>(cases: readonly OpCase<Attrs>[]): OpCase<Attrs>[] =>
  cases
    .filter(({ name }) => ["pairs", "pairs, padded", "adaptive"].includes(name))
    .map((one) => ({ ...one, name: `${one.name}, another divisor`, attrs: { ...one.attrs, divisor: 2.5 } }));

const pooled = (countIncludePad: boolean): OpCase<AvgPoolAttributes>[] =>
  poolCases.map(({ name, shape, attrs }) => ({
    name: countIncludePad ? name : `${name}, padding not counted`,
    attrs: { ...attrs, countIncludePad },
    inputs: [{ shape, dtype: "f32", values: { normal: [0.5, 1] } }],
    accuracy: { reduction: countPositions({ ...attrs, countIncludePad }) },
  }));

export const avgPoolCases: OpCases<AvgPoolAttributes> = {
  op: avgPoolOp,
  accuracy: "rounding",
  cases: withHalves(
    ["pairs", "pairs, odd sizes, ceil mode"],
    [
      ...pooled(true),
      ...withDivisor(pooled(true)),
      ...pooled(false).filter(({ attrs }) => attrs.padding.flat().some((pad) => pad > 0)),
      {
        name: "non-finite",
        attrs: { ...poolCases[0]!.attrs, countIncludePad: true },
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: "non-finite" }],
        accuracy: { reduction: 4 },
        needs: "non-finite",
      },
    ],
  ),
};

const spread = (countIncludePad: boolean): OpCase<AvgPoolGradientAttributes>[] =>
  poolCases.map(({ name, shape, attrs }) => ({
    name: countIncludePad ? name : `${name}, padding not counted`,
    attrs: { ...attrs, inputShape: shape, countIncludePad },
    inputs: [{ shape: computePooledShape(name, shape, attrs), dtype: "f32", values: { normal: [0.5, 1] } }],
    accuracy: { reduction: countPositions({ ...attrs, countIncludePad }) },
  }));

export const avgPoolGradientCases: OpCases<AvgPoolGradientAttributes> = {
  op: avgPoolGradientOp,
  accuracy: "rounding",
  cases: withHalves(
    ["pairs", "pairs, odd sizes"],
    [
      ...spread(true),
      ...withDivisor(spread(true)),
      ...spread(false).filter(({ attrs }) => attrs.padding.flat().some((pad) => pad > 0)),
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
