import type { PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { LineCut, LineTiles } from "@evenkeel/tensor/wgsl";
import { cutTiles, mostParts, uncut } from "@evenkeel/tensor/wgsl";
import { allBits } from "../../gpu/channel.wgsl.ts";
import type { ChannelTarget } from "../../gpu/channel-launch.ts";
import { channelLaunch } from "../../gpu/channel-launch.ts";
import { tilesOf } from "../../gpu/channel-tiles.ts";
import { layoutOf } from "../../operands/layout.ts";
import type { StatisticsAttributes } from "../statistics-attributes.ts";
import { shaderMergeLaunch } from "./merge-statistics.wgsl-plans.ts";
import { statisticsSchema, statisticsText } from "./statistics.wgsl.ts";

/**
 * A launch in WGSL that writes the statistics of each workgroup's part to `to`, one after another, and the running
 * statistics behind them.
 */
export function shaderPartialStatistics(
  tiles: LineTiles,
  cut: LineCut,
  x: Slot,
  to: Slot,
  target: ChannelTarget,
  running?: { readonly mean: Slot; readonly variance: Slot },
): PlannedLaunch {
  const { loads, fits } = tiles;
  return channelLaunch(
    "batchStatistics",
    statisticsSchema,
    cut,
    {
      reads: { x, runningMean: running?.mean, runningVariance: running?.variance },
      writes: { statistics: to },
      parameters: { partsRead: 0, bits: allBits },
    },
    target,
    (setting) => statisticsText({ loads, source: fits ? "tile" : "tiles" }, setting),
  );
}

/** One launch if a channel fits a workgroup, otherwise two. */
export const plans: readonly PlanEntry[] = [
  planFor<StatisticsAttributes>(
    "statistics",
    ([x], { axis }, limits) => {
      const { shape, dtype } = x!;
      const layout = layoutOf(shape, axis);
      const target = { dtype, limits };
      if (layout.channels === 0) return { launches: [], temporaries: [], aliases: [] };
      const tiles = tilesOf(layout);
      if (tiles.fits) {
        const whole = shaderPartialStatistics(tiles, uncut(tiles), { input: 0 }, { output: 0 }, target);
        return { launches: [whole], temporaries: [], aliases: [] };
      }
      const cut = cutTiles(tiles, tiles.loads, mostParts);
      return {
        launches: [
          shaderPartialStatistics(tiles, cut, { input: 0 }, { temporary: 0 }, target),
          shaderMergeLaunch(cut.parts, layout.channels, { temporary: 0 }, limits),
        ],
        temporaries: [{ shape: [cut.parts, 4, layout.channels], dtype: "f32" }],
        aliases: [],
      };
    },
    { takesStored: true },
  ),
];
