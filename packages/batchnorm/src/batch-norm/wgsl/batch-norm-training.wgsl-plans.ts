import type { Limits, Plan, PlanEntry, Slot, Spec } from "@evenkeel/tensor";
import { computeGroupLayout, makePlanEntry } from "@evenkeel/tensor";
import { cutTiles, mostParts } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { countBytesPerLine, planTiles } from "../../gpu/channel-tiles.ts";
import { planShaderNormalization } from "../../normalize/wgsl/normalize.wgsl-plans.ts";
import { computeLayout } from "../../operands/layout.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { planShaderPartialStatistics } from "../../statistics/wgsl/statistics.wgsl-plans.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("batchNormTraining", planShaderTraining, { takesStored: canStore }),
];

/**
 * One launch if a channel fits a workgroup, otherwise two. The first of two copies the old running statistics into
 * its output, so that the second has at most eight operands.
 */
function planShaderTraining(
  [x, scale, shift, residual, runningMean]: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const layout = computeLayout(x!.shape, attrs.axis);
  const { channels } = layout;
  const target = { dtype: x!.dtype, limits };
  const perChannel: Spec = { shape: [channels], dtype: "f32" };
  const statistics: Spec = { shape: [4, channels], dtype: "f32" };
  const aliases: [number, number][] = donated[0] ? [[0, 0]] : [];
  const groups = runningMean ? [[1, 2, 3]] : [];
  if (channels === 0) return { launches: [], temporaries: [], aliases, groups };
  const tiles = planTiles(layout);
  const [, second = 0, third = 0] = computeGroupLayout(
    [statistics, perChannel, perChannel],
    limits,
  ).byteOffsets.map((offset) => offset / countBytesPerLine(tiles));
  const cut = cutTiles(tiles, tiles.loads, mostParts);
  const old = runningMean && { mean: { input: 4 }, variance: { input: 5 } };
  const ownOld = tiles.fits ? old : undefined;
  const parts: Slot | undefined = tiles.fits ? undefined : { temporary: 0 };
  const normalization = planShaderNormalization(
    tiles,
    {
      operands: {
        reads: {
          x: donated[0] ? undefined : { input: 0 },
          parts,
          scale: scale && { input: 1 },
          shift: shift && { input: 2 },
          residual: residual && { input: 3 },
          runningMean: ownOld?.mean,
          runningVariance: ownOld?.variance,
        },
        writes: { y: { output: 0 }, statistics: { output: 1 } },
      },
      ...(parts && { parts: cut.parts }),
      ...(runningMean && { running: { second, third, momentum: { scalar: 0 } } }),
    },
    attrs,
    target,
  );
  if (parts === undefined) return { launches: [normalization], temporaries: [], aliases, groups };
  const rows = 4 * cut.parts + (runningMean ? 2 : 0);
  return {
    launches: [planShaderPartialStatistics(tiles, cut, { input: 0 }, parts, target, old), normalization],
    temporaries: [{ shape: [rows, channels], dtype: "f32" }],
    aliases,
    groups,
  };
}
