import type { Limits, PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { tileLaunch } from "../../gpu/tile-launch.ts";
import { tilingOf, uncut } from "../../gpu/tiling.ts";
import { statisticsCode } from "./statistics.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor("mergeStatistics", ([parts], _attrs, limits) => {
    const [count, , channels] = parts!.shape as [number, number, number];
    const launches = channels === 0 ? [] : [shaderMergeLaunch(count, channels, { input: 0 }, limits)];
    return { launches, temporaries: [], aliases: [] };
  }),
];

/** A launch that merges statistics that lie one after another into the only output. */
export function shaderMergeLaunch(
  parts: number,
  channels: number,
  from: Slot,
  limits: Limits,
): PlannedLaunch {
  const entry = "mergeStatistics";
  const tiling = tilingOf({ outer: parts, channels, inner: 1 });
  return tileLaunch(
    entry,
    tiling,
    uncut(tiling),
    { reads: { parts: from }, writes: { statistics: { output: 0 } } },
    { parts },
    (setting) => statisticsCode({ entry, unit: tiling.unit, loads: 0, source: "parts" }, setting),
    { dtype: "f32", limits },
  );
}
