import type { Limits, Op, Plan, Spec } from "@evenkeel/tensor";
import { planConv2dStatistics } from "@evenkeel/tensor/wasm";
import { planTrainingLaunches } from "../../batch-norm/wasm/batch-norm-training-plan.ts";
import { planGrid } from "../../cpu/grid.ts";
import { planNormalizeLaunch } from "../../normalize/wasm/normalize-plan.ts";
import { computeLayout, countValuesPerChannel } from "../../operands/layout.ts";
import { planMergeLaunch } from "../../statistics/wasm/merge-plan.ts";
import type { Conv2dBatchNormAttributes, Operands } from "../conv2d-batch-norm-operands.ts";
import { selectConvolved, selectOthers } from "../conv2d-batch-norm-operands.ts";

/** Channels with more values than this (256 KiB) get their statistics while they are written: see docs/decisions/0011. */
const mostValuesOnRead = 2 ** 16;
/** With smaller parts, taking statistics while writing costs more than reading everything again. */
const smallestPart = 320;

export function planConv2dBatchNorm(
  inputs: Operands<Spec>,
  attrs: Conv2dBatchNormAttributes,
  limits: Limits,
  _donated: readonly boolean[],
  op: Pick<Op<Conv2dBatchNormAttributes>, "outputs">,
): Plan {
  const { convolution, normalization, statistics: choice } = attrs;
  const convolvedInputs = selectConvolved(inputs);
  const z = op.outputs(inputs, attrs)[0]!;
  const layout = computeLayout(z.shape, 1);
  const values = countValuesPerChannel(layout);
  const isFaster = (parts: number): boolean => values > mostValuesOnRead && values >= parts * smallestPart;
  const { launches, temporaries, statistics } = planConv2dStatistics(
    z,
    convolvedInputs,
    convolution,
    limits,
    choice === undefined ? isFaster : () => choice === "onWrite",
  );
  const [scale, shift, residual, runningMean] = selectOthers(inputs);
  const merged = { output: 2 };
  const operands = {
    x: { output: 0 },
    y: { output: 1 },
    scale: scale && { input: 3 },
    shift: shift && { input: 4 },
    residual: residual && { input: 5 },
    running: runningMean && {
      mean: { input: 6 },
      variance: { input: 7 },
      newMean: { output: 3 },
      newVariance: { output: 4 },
      momentum: { scalar: 0 },
    },
  };
  if (statistics === undefined) {
    const rest = planTrainingLaunches(
      layout,
      { ...operands, statistics: merged },
      normalization,
      limits,
      temporaries.length,
    );
    return {
      launches: [...launches, ...rest.launches],
      temporaries: [...temporaries, ...rest.temporaries],
      aliases: [],
    };
  }
  return {
    launches: [
      ...launches,
      planMergeLaunch(statistics.parts, layout.channels, statistics.slot, merged, limits),
      planNormalizeLaunch(
        planGrid(layout, true),
        { ...operands, partials: merged, parts: 1 },
        normalization,
        limits,
      ),
    ],
    temporaries,
    aliases: [],
  };
}
