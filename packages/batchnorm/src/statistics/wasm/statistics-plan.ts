import type { Limits, Plan, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planLaunch } from "@evenkeel/tensor";
import type { Grid } from "../../cpu/grid.ts";
import { gridOf } from "../../cpu/grid.ts";
import { cpuKernel } from "../../cpu-kernel.ts";
import type { Layout } from "../../operands/layout.ts";
import { mergeStatisticsLaunch } from "./merge-plan.ts";
import { statisticsKernels } from "./statistics.kernels.ts";

/** A launch that writes the statistics of each part of the batch to `to`, one after another. */
export function partialStatistics(grid: Grid, x: Slot, to: Slot, limits: Limits): PlannedLaunch {
  const operands = {
    reads: { x },
    writes: { statistics: to },
    work: {
      items: grid.parts * grid.blocks,
      chunk: grid.chunk,
      // A cell for each channel; pivots, sums and squares of each column.
      scratchBytes: 3 * grid.arrayBytes + 64 * grid.parameters.channelsPerItem,
    },
  };
  const { form, parameters } = grid;
  return form === "planar"
    ? planLaunch(cpuKernel("planarStatistics", statisticsKernels, limits), { ...operands, parameters })
    : planLaunch(cpuKernel("interleavedStatistics", statisticsKernels, limits), { ...operands, parameters });
}

/** One launch if an item holds whole channels, otherwise two. */
export function statisticsPlan(layout: Layout, limits: Limits): Plan {
  const { channels } = layout;
  const grid = gridOf(layout);
  if (channels === 0) return { launches: [], temporaries: [], aliases: [] };
  if (grid.parts === 1) {
    const launches = [partialStatistics(grid, { input: 0 }, { output: 0 }, limits)];
    return { launches, temporaries: [], aliases: [] };
  }
  return {
    launches: [
      partialStatistics(grid, { input: 0 }, { temporary: 0 }, limits),
      mergeStatisticsLaunch(grid.parts, channels, { temporary: 0 }, { output: 0 }, limits),
    ],
    temporaries: [{ shape: [grid.parts, 4, channels], dtype: "f32" }],
    aliases: [],
  };
}
