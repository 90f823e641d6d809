import type { Limits, Plan, PlannedLaunch, ScalarSlot, Slot, Spec } from "@evenkeel/tensor";
import { planLaunch } from "@evenkeel/tensor";
import type { Grid } from "../../cpu/grid.ts";
import { planGrid } from "../../cpu/grid.ts";
import { makeCpuKernel } from "../../cpu-kernel.ts";
import { computeLayout } from "../../operands/layout.ts";
import { encodeActivation } from "../../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { normalizeKernels } from "./normalize.kernels.ts";

export interface NormalizeOperands {
  /** Absent if y takes the memory of x. */
  readonly x?: Slot | undefined;
  /** Statistics of `parts` parts of the batch. Absent if the launch takes them itself. */
  readonly partials?: Slot | undefined;
  readonly parts: number;
  readonly scale?: Slot | undefined;
  readonly shift?: Slot | undefined;
  readonly residual?: Slot | undefined;
  readonly y: Slot;
  /** Receives the statistics of the whole batch. */
  readonly statistics?: Slot | undefined;
  readonly running?:
    | {
        readonly mean: Slot;
        readonly variance: Slot;
        readonly newMean: Slot;
        readonly newVariance: Slot;
        readonly momentum: ScalarSlot;
      }
    | undefined;
}

/** A launch that writes y, and the statistics and new running statistics if they are operands. */
export function planNormalizeLaunch(
  grid: Grid,
  operands: NormalizeOperands,
  attrs: NormalizationAttributes,
  limits: Limits,
): PlannedLaunch {
  const { x, partials, parts, scale, shift, residual, y, statistics, running } = operands;
  const named = {
    reads: {
      x,
      partials,
      scale,
      shift,
      residual,
      runningMean: running?.mean,
      runningVariance: running?.variance,
    },
    writes: { y, statistics, newMean: running?.newMean, newVariance: running?.newVariance },
    work: {
      items: grid.parts * grid.blocks,
      chunk: grid.chunk,
      // A cell for each channel; three coefficients of each column.
      scratchBytes: 3 * grid.arrayBytes + 64 * grid.parameters.channelsPerItem,
    },
  };
  const own = {
    parts: partials === undefined ? 0 : parts,
    epsilon: attrs.epsilon,
    momentum: running?.momentum ?? 0,
    ...encodeActivation(attrs.activation),
  };
  return grid.form === "planar"
    ? planLaunch(makeCpuKernel("planarNormalization", normalizeKernels, limits), {
        ...named,
        parameters: { ...grid.parameters, ...own },
      })
    : planLaunch(makeCpuKernel("interleavedNormalization", normalizeKernels, limits), {
        ...named,
        parameters: { ...grid.parameters, ...own },
      });
}

export function planNormalize(
  [x, , scale, shift, residual]: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const grid = planGrid(computeLayout(x!.shape, attrs.axis), true);
  const aliases: [number, number][] = donated[0] ? [[0, 0]] : [];
  if (x!.shape.includes(0)) return { launches: [], temporaries: [], aliases };
  const operands = {
    x: donated[0] ? undefined : { input: 0 },
    partials: { input: 1 },
    parts: 1,
    scale: scale && { input: 2 },
    shift: shift && { input: 3 },
    residual: residual && { input: 4 },
    y: { output: 0 },
  };
  return { launches: [planNormalizeLaunch(grid, operands, attrs, limits)], temporaries: [], aliases };
}
