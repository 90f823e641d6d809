import type { Limits, PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import { makeUncut } from "@evenkeel/tensor/wgsl";
import { allBits } from "../../gpu/channel.wgsl.ts";
import { planChannelLaunch } from "../../gpu/channel-launch.ts";
import { planTiles } from "../../gpu/channel-tiles.ts";
import { statisticsSchema, writeStatisticsText } from "./statistics.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry("mergeStatistics", ([parts], _attrs, limits) => {
    const [count, , channels] = parts!.shape as [number, number, number];
    const launches = channels === 0 ? [] : [planShaderMergeLaunch(count, channels, { input: 0 }, limits)];
    return { launches, temporaries: [], aliases: [] };
  }),
];

/** A launch that merges statistics that lie one after another into the only output. */
export function planShaderMergeLaunch(
  parts: number,
  channels: number,
  from: Slot,
  limits: Limits,
): PlannedLaunch {
  return planChannelLaunch(
    "mergeStatistics",
    statisticsSchema,
    makeUncut(planTiles({ outer: parts, channels, inner: 1 })),
    {
      reads: { parts: from },
      writes: { statistics: { output: 0 } },
      parameters: { partsRead: parts, bits: allBits },
    },
    { dtype: "f32", limits },
    (setting) => writeStatisticsText({ loads: 0, source: "parts" }, setting),
  );
}
