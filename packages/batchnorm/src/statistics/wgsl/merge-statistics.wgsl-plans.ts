import type { Limits, PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { uncut } from "@evenkeel/tensor/wgsl";
import { allBits } from "../../gpu/channel.wgsl.ts";
import { channelLaunch } from "../../gpu/channel-launch.ts";
import { tilesOf } from "../../gpu/channel-tiles.ts";
import { statisticsSchema, statisticsText } from "./statistics.wgsl.ts";

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
  return channelLaunch(
    "mergeStatistics",
    statisticsSchema,
    uncut(tilesOf({ outer: parts, channels, inner: 1 })),
    {
      reads: { parts: from },
      writes: { statistics: { output: 0 } },
      parameters: { partsRead: parts, bits: allBits },
    },
    { dtype: "f32", limits },
    (setting) => statisticsText({ loads: 0, source: "parts" }, setting),
  );
}
