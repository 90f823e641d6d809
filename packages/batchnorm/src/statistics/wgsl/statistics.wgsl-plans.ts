import type { PlanEntry, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import type { TileTarget } from "../../gpu/tile-launch.ts";
import { tileLaunch } from "../../gpu/tile-launch.ts";
import type { Cut, Tiling } from "../../gpu/tiling.ts";
import { cutTiles, mostParts, tilingOf, uncut } from "../../gpu/tiling.ts";
import { layoutOf } from "../../operands/layout.ts";
import type { StatisticsAttributes } from "../statistics-attributes.ts";
import { shaderMergeLaunch } from "./merge-statistics.wgsl-plans.ts";
import { statisticsCode } from "./statistics.wgsl.ts";

/**
 * A launch in WGSL that writes the statistics of each workgroup's share to `to`, one after another, and the running
 * statistics behind them.
 */
export function shaderPartialStatistics(
  tiling: Tiling,
  cut: Cut,
  x: Slot,
  to: Slot,
  target: TileTarget,
  running?: { readonly mean: Slot; readonly variance: Slot },
): PlannedLaunch {
  const entry = "batchStatistics";
  const { unit, loads, fits } = tiling;
  const source = fits ? "tile" : "tiles";
  return tileLaunch(
    entry,
    tiling,
    cut,
    {
      reads: { x, runningMean: running?.mean, runningVariance: running?.variance },
      writes: { statistics: to },
    },
    {},
    (setting) => statisticsCode({ entry, unit, loads, source }, setting),
    target,
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
      const tiling = tilingOf(layout);
      if (tiling.fits) {
        const whole = shaderPartialStatistics(tiling, uncut(tiling), { input: 0 }, { output: 0 }, target);
        return { launches: [whole], temporaries: [], aliases: [] };
      }
      const cut = cutTiles(tiling, tiling.loads, mostParts);
      return {
        launches: [
          shaderPartialStatistics(tiling, cut, { input: 0 }, { temporary: 0 }, target),
          shaderMergeLaunch(cut.splits, layout.channels, { temporary: 0 }, limits),
        ],
        temporaries: [{ shape: [cut.splits, 4, layout.channels], dtype: "f32" }],
        aliases: [],
      };
    },
    { takesStored: true },
  ),
];
