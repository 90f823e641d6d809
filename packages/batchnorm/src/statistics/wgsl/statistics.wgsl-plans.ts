import type { PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import type { LineCut, LineTiles } from "@evenkeel/tensor/wgsl";
import { cutTiles, makeUncut, mostParts } from "@evenkeel/tensor/wgsl";
import { allBits } from "../../gpu/channel.wgsl.ts";
import type { ChannelTarget } from "../../gpu/channel-launch.ts";
import { planChannelLaunch } from "../../gpu/channel-launch.ts";
import { planTiles } from "../../gpu/channel-tiles.ts";
import { computeLayout } from "../../operands/layout.ts";
import type { StatisticsAttributes } from "../statistics-attributes.ts";
import { planShaderMergeLaunch } from "./merge-statistics.wgsl-plans.ts";
import { statisticsSchema, writeStatisticsText } from "./statistics.wgsl.ts";

/**
 * A launch in WGSL that writes the statistics of each workgroup's part to `to`, one after another, and the running
 * statistics behind them.
 */
export function planShaderPartialStatistics(
  tiles: LineTiles,
  cut: LineCut,
  x: Slot,
  to: Slot,
  target: ChannelTarget,
  running?: { readonly mean: Slot; readonly variance: Slot },
): PlannedLaunch {
  const { loads, fits } = tiles;
  return planChannelLaunch(
    "batchStatistics",
    statisticsSchema,
    cut,
    {
      reads: { x, runningMean: running?.mean, runningVariance: running?.variance },
      writes: { statistics: to },
      parameters: { partsRead: 0, bits: allBits },
    },
    target,
    (setting) => writeStatisticsText({ loads, source: fits ? "tile" : "tiles" }, setting),
  );
}

/** One launch if a channel fits a workgroup, otherwise two. */
export const plans: readonly PlanEntry[] = [
  makePlanEntry<StatisticsAttributes>(
    "statistics",
    ([x], { axis }, limits) => {
      const { shape, dtype } = x!;
      const layout = computeLayout(shape, axis);
      const target = { dtype, limits };
      if (layout.channels === 0) return { launches: [], temporaries: [], aliases: [] };
      const tiles = planTiles(layout);
      if (tiles.fits) {
        const whole = planShaderPartialStatistics(
          tiles,
          makeUncut(tiles),
          { input: 0 },
          { output: 0 },
          target,
        );
        return { launches: [whole], temporaries: [], aliases: [] };
      }
      const cut = cutTiles(tiles, tiles.loads, mostParts);
      return {
        launches: [
          planShaderPartialStatistics(tiles, cut, { input: 0 }, { temporary: 0 }, target),
          planShaderMergeLaunch(cut.parts, layout.channels, { temporary: 0 }, limits),
        ],
        temporaries: [{ shape: [cut.parts, 4, layout.channels], dtype: "f32" }],
        aliases: [],
      };
    },
    { takesStored: true },
  ),
];
