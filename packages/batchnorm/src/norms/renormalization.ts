import type { Op } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";
import { checkArgument } from "../operands/layout.ts";
import { inverseStdExpression } from "../statistics/rows.ts";

export interface RenormalizationAttributes {
  readonly epsilon: number;
}

const operands = ["count", "mean", "restOfMean", "m2", "runningMean", "runningVariance"];

/**
 * The corrections of batch renormalization (Ioffe 2017): r = sigma / runningSigma in [1 / rMax, rMax] and d = (mean -
 * runningMean) / runningSigma in [-dMax, dMax], where sigma = sqrt(variance + epsilon). They count as constants:
 * no gradient flows through them. The scalars are rMax and dMax.
 */
export const renormalizationOp: Op<RenormalizationAttributes> = {
  name: "renormalization",
  outputs: (inputs) => {
    const shape = inputs[0]?.shape ?? [];
    for (const [index, name] of operands.entries()) {
      checkArgument("renormalization", name, inputs[index], shape, "one value per channel");
    }
    return [
      { shape, dtype: "f32" },
      { shape, dtype: "f32" },
    ];
  },
  meaning: {
    expression: (_inputs, { epsilon }) =>
      buildExpression(
        { inputs: operands.map(() => "f32"), scalars: ["f32", "f32"] },
        ([count, mean, restOfMean, m2, runningMean, runningVariance], [rMax, dMax]) => {
          const one = e.constantLike(runningVariance!, 1);
          const inverseRunning = inverseStdExpression(one, runningVariance!, epsilon);
          const variance = e.div(m2!, e.max(count!, 1));
          const ratio = e.mul(e.sqrt(e.add(variance, epsilon)), inverseRunning);
          const distance = e.mul(e.add(e.sub(mean!, runningMean!), restOfMean!), inverseRunning);
          const within = (value: typeof one, low: typeof one, high: typeof one) =>
            e.min(e.max(value, low), high);
          return [within(ratio, e.div(1, rMax!), rMax!), within(distance, e.neg(dMax!), dMax!)];
        },
      ),
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs }) => inputSpecs.map(() => undefined),
  },
};
