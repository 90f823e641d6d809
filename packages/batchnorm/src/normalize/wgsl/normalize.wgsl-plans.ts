import type { Limits, Plan, PlanEntry, PlannedLaunch, ScalarSlot, Spec } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { canStore } from "../../gpu/can-store.ts";
import type { TileOperands, TileTarget } from "../../gpu/tile-launch.ts";
import { tileLaunch } from "../../gpu/tile-launch.ts";
import type { Tiling } from "../../gpu/tiling.ts";
import { cutTiles, loadsInFlight, tilingOf, uncut } from "../../gpu/tiling.ts";
import { layoutOf } from "../../operands/layout.ts";
import { activationParameters } from "../../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { normalizationCode } from "./normalize.wgsl.ts";

export interface ShaderNormalization {
  readonly operands: TileOperands;
  /** The number of parts whose statistics are read. Absent if the launch takes the statistics of x itself. */
  readonly parts?: number;
  /** The offsets of the new running statistics behind the statistics, in units, and the weight of the new ones. */
  readonly running?: { readonly second: number; readonly third: number; readonly momentum: ScalarSlot };
}

/** A launch in WGSL that writes y, and the statistics and new running statistics if they are operands. */
export function shaderNormalization(
  tiling: Tiling,
  { operands, parts, running }: ShaderNormalization,
  { epsilon, activation }: NormalizationAttributes,
  target: TileTarget,
): PlannedLaunch {
  const entry = "normalization";
  const loads = parts === undefined ? tiling.loads : Math.min(tiling.loads, loadsInFlight);
  const source = parts === undefined ? "tile" : parts === 1 ? "given" : "parts";
  return tileLaunch(
    entry,
    tiling,
    parts === undefined ? uncut(tiling) : cutTiles(tiling, loads),
    operands,
    { parts: parts ?? 0, epsilon, slope: activationParameters(activation).slope, ...running },
    (setting) =>
      normalizationCode(
        { entry, unit: tiling.unit, loads, source, activation, blends: running !== undefined },
        setting,
      ),
    target,
  );
}

export const plans: readonly PlanEntry[] = [
  planFor<NormalizationAttributes>("normalize", shaderNormalizePlan, { takesStored: canStore }),
];

function shaderNormalizePlan(
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
  const tiling = tilingOf(layoutOf(x!.shape, attrs.axis));
  const normalization = { operands: { reads, writes: { y: { output: 0 } } }, parts: 1 };
  return {
    launches: [shaderNormalization(tiling, normalization, attrs, { dtype: x!.dtype, limits })],
    temporaries: [],
    aliases,
  };
}
