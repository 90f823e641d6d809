import type { Limits, PlannedLaunch, ScalarSlot, Slot } from "@evenkeel/tensor";
import type { Grid } from "../cpu/grid.ts";
import { kernelOf } from "../cpu/kernel.ts";
import { activationParameters } from "../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";

export interface NormalizeOperands {
  /** Absent: y has the memory of x. */
  readonly x?: Slot | undefined;
  /** Statistics of `parts` parts of the batch; absent, they are made on the way. */
  readonly partials?: Slot | undefined;
  readonly parts: number;
  readonly scale?: Slot | undefined;
  readonly shift?: Slot | undefined;
  readonly residual?: Slot | undefined;
  readonly y: Slot;
  /** Where the statistics of the whole batch go. */
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

/** Writes y, and on the way statistics and running statistics. */
export function normalizeLaunch(
  grid: Grid,
  operands: NormalizeOperands,
  attrs: NormalizationAttributes,
  limits: Limits,
): PlannedLaunch {
  const { x, partials, parts, scale, shift, residual, y, statistics, running } = operands;
  return {
    kind: "kernel",
    kernel: kernelOf(`${grid.form}Normalization`, limits),
    reads: [x, partials, scale, shift, residual, running?.mean, running?.variance],
    writes: [y, statistics, running?.newMean, running?.newVariance],
    parameters: [
      ...grid.parameters,
      partials === undefined ? 0 : parts,
      attrs.epsilon,
      running?.momentum ?? 0,
      ...activationParameters(attrs.activation),
    ],
    work: {
      items: grid.parts * grid.blocks,
      chunk: grid.chunk,
      // A cell for each channel; three coefficients of each column.
      scratchBytes: 3 * grid.arrayBytes + 64 * grid.channelsPerItem,
    },
  };
}
