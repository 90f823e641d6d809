import type { Limits, Plan, PlanEntry, PlannedLaunch, ScalarSlot, Spec } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { LineTiles, LineValues, WgslParameters } from "@evenkeel/tensor/wgsl";
import { cutTiles, loadsInFlight, makeUncut } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { allBits } from "../../gpu/channel.wgsl.ts";
import type { ChannelTarget } from "../../gpu/channel-launch.ts";
import { planChannelLaunch } from "../../gpu/channel-launch.ts";
import { planTiles } from "../../gpu/channel-tiles.ts";
import { computeLayout } from "../../operands/layout.ts";
import { encodeActivation } from "../../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { normalizationSchema, writeNormalizationText } from "./normalize.wgsl.ts";

export interface ShaderNormalization {
  readonly operands: Pick<
    LineValues<(typeof normalizationSchema)["operands"], WgslParameters>,
    "reads" | "writes"
  >;
  /** The number of parts whose statistics are read. Absent if the launch takes the statistics of x itself. */
  readonly parts?: number;
  /** The offsets of the new running statistics from the statistics, in units, and the weight of the new statistics. */
  readonly running?: { readonly second: number; readonly third: number; readonly momentum: ScalarSlot };
}

/** A launch in WGSL that writes y, and the statistics and new running statistics if they are operands. */
export function planShaderNormalization(
  tiles: LineTiles,
  { operands, parts, running }: ShaderNormalization,
  { epsilon, activation }: NormalizationAttributes,
  target: ChannelTarget,
): PlannedLaunch {
  const loads = parts === undefined ? tiles.loads : Math.min(tiles.loads, loadsInFlight);
  const source = parts === undefined ? "tile" : parts === 1 ? "given" : "parts";
  const { slope } = encodeActivation(activation);
  const { second = 0, third = 0, momentum = 0 } = running ?? {};
  return planChannelLaunch(
    "normalization",
    normalizationSchema,
    parts === undefined ? makeUncut(tiles) : cutTiles(tiles, loads),
    {
      ...operands,
      parameters: { epsilon, bits: allBits, partsRead: parts ?? 0, second, third, slope, momentum },
    },
    target,
    (setting) =>
      writeNormalizationText({ loads, source, activation, blends: running !== undefined }, setting),
  );
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("normalize", planShaderNormalize, { takesStored: canStore }),
];

function planShaderNormalize(
  [x, , scale, shift, residual]: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const aliases: [number, number][] = donated[0] ? [[0, 0]] : [];
  if (x!.shape.includes(0)) return { launches: [], temporaries: [], aliases };
  const reads = {
    x: donated[0] ? undefined : { input: 0 },
    parts: { input: 1 },
    scale: scale && { input: 2 },
    shift: shift && { input: 3 },
    residual: residual && { input: 4 },
  };
  const tiles = planTiles(computeLayout(x!.shape, attrs.axis));
  const normalization = { operands: { reads, writes: { y: { output: 0 } } }, parts: 1 };
  return {
    launches: [planShaderNormalization(tiles, normalization, attrs, { dtype: x!.dtype, limits })],
    temporaries: [],
    aliases,
  };
}
