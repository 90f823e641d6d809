import type { OpCase, OpCases } from "../../core/op-cases.ts";
import { withHalves } from "../elementwise/half-cases.ts";
import { poolCases } from "../pooling/pooling-cases.ts";
import type { AvgPoolAttributes } from "./avg-pool.ts";
import { avgPoolOp } from "./avg-pool.ts";

const pooled = (countIncludePad: boolean): OpCase<AvgPoolAttributes>[] =>
  poolCases.map(({ name, shape, attrs }) => ({
    name: countIncludePad ? name : `${name}, padding not counted`,
    attrs: { ...attrs, countIncludePad },
    inputs: [{ shape, dtype: "f32", values: { normal: [0.5, 1] } }],
    accuracy: { reduction: attrs.kernel.reduce((size, length) => size * length, 1) },
  }));

export const cases: OpCases<AvgPoolAttributes> = {
  op: avgPoolOp,
  accuracy: "rounding",
  cases: withHalves(
    ["pairs", "pairs, odd sizes, ceil mode"],
    [
      ...pooled(true),
      ...pooled(false).filter(({ attrs }) => attrs.padding.some((pad) => pad > 0)),
      {
        name: "non-finite",
        attrs: { kernel: [2, 2], stride: [2, 2], padding: [0, 0], ceilMode: false, countIncludePad: true },
        inputs: [{ shape: [3, 8, 18], dtype: "f32", values: "non-finite" }],
        accuracy: { reduction: 4 },
        needs: "non-finite",
      },
    ],
  ),
};
