import type { Limits, PlannedLaunch, PlanOf, Slot } from "@evenkeel/tensor";
import type { TileTarget } from "../gpu/tile-launch.ts";
import { tileLaunch } from "../gpu/tile-launch.ts";
import type { Cut, Tiling } from "../gpu/tiling.ts";
import { cutOf, mostParts, tilingOf, uncut } from "../gpu/tiling.ts";
import { forwardCode } from "../normalize/normalize.wgsl.ts";
import { layoutOf } from "../operands/layout.ts";
import type { StatisticsAttributes } from "./statistics.ts";

export { statisticsOp as op } from "./statistics.ts";
export const takesHalves = true;

/** Statistics in WGSL of what each workgroup has, one after the other at `to`, with the running ones behind them. */
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
    (setting) => forwardCode({ entry, unit, loads, source, activation: "none" }, setting, false),
    target,
  );
}

/** One launch where a channel fits a workgroup, else two. */
export const plan: PlanOf<StatisticsAttributes> = ([x], { axis }, limits) => {
  const { shape, dtype } = x!;
  const layout = layoutOf(shape, axis);
  const target = { dtype, limits };
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases: [] };
  const tiling = tilingOf(layout);
  if (tiling.fits) {
    const whole = shaderPartialStatistics(tiling, uncut(tiling), { input: 0 }, { output: 0 }, target);
    return { launches: [whole], temporaries: [], aliases: [] };
  }
  const cut = cutOf(tiling, tiling.loads, mostParts);
  return {
    launches: [
      shaderPartialStatistics(tiling, cut, { input: 0 }, { temporary: 0 }, target),
      shaderMergeLaunch(cut.splits, layout.channels, { temporary: 0 }, limits),
    ],
    temporaries: [{ shape: [cut.splits, 4, layout.channels], dtype: "f32" }],
    aliases: [],
  };
};

/** Merges statistics that lie one after the other into the only output. */
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
    (setting) =>
      forwardCode(
        { entry, unit: tiling.unit, loads: 0, source: "parts", activation: "none" },
        setting,
        false,
      ),
    { dtype: "f32", limits },
  );
}
