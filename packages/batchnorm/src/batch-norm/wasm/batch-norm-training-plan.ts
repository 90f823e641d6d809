import type { Limits, Plan, Spec } from "@evenkeel/tensor";
import { planGrid } from "../../cpu/grid.ts";
import type { NormalizeOperands } from "../../normalize/wasm/normalize-plan.ts";
import { planNormalizeLaunch } from "../../normalize/wasm/normalize-plan.ts";
import type { Layout } from "../../operands/layout.ts";
import { computeLayout } from "../../operands/layout.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { planPartialStatistics } from "../../statistics/wasm/statistics-plan.ts";

/** One launch if an item holds whole channels, otherwise two. */
export function planTraining(
  [x, scale, shift, residual, runningMean]: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const operands = {
    x: donated[0] ? undefined : { input: 0 },
    scale: scale && { input: 1 },
    shift: shift && { input: 2 },
    residual: residual && { input: 3 },
    y: { output: 0 },
    statistics: { output: 1 },
    running: runningMean && {
      mean: { input: 4 },
      variance: { input: 5 },
      newMean: { output: 2 },
      newVariance: { output: 3 },
      momentum: { scalar: 0 },
    },
  };
  const launches = planTrainingLaunches(computeLayout(x!.shape, attrs.axis), operands, attrs, limits, 0);
  return { ...launches, aliases: donated[0] ? [[0, 0]] : [] };
}

/**
 * Launches that take the statistics of x, normalize by them and update running statistics. `temporary` is the number
 * of the first temporary.
 */
export function planTrainingLaunches(
  layout: Layout,
  operands: Omit<NormalizeOperands, "partials" | "parts">,
  attrs: NormalizationAttributes,
  limits: Limits,
  temporary: number,
): Pick<Plan, "launches" | "temporaries"> {
  const { channels } = layout;
  const grid = planGrid(layout);
  const { parts } = grid;
  if (channels === 0) return { launches: [], temporaries: [] };
  if (parts === 1)
    return { launches: [planNormalizeLaunch(grid, { ...operands, parts }, attrs, limits)], temporaries: [] };
  const partials = { temporary };
  return {
    launches: [
      planPartialStatistics(grid, operands.x ?? operands.y, partials, limits),
      planNormalizeLaunch(grid, { ...operands, partials, parts }, attrs, limits),
    ],
    temporaries: [{ shape: [parts, 4, channels], dtype: "f32" }],
  };
}
