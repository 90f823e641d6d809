import type { Limits, Plan, PlannedLaunch, Slot } from "@evenkeel/tensor";
import { planLaunch } from "@evenkeel/tensor";
import type { Grid } from "../../cpu/grid.ts";
import { planGrid } from "../../cpu/grid.ts";
import { makeCpuKernel } from "../../cpu-kernel.ts";
import type { Layout } from "../../operands/layout.ts";
import { planMergeLaunch } from "./merge-plan.ts";
import { statisticsKernels } from "./statistics.kernels.ts";

/** A launch that writes the statistics of each part of the batch to `to`, one after another. */
export function planPartialStatistics(grid: Grid, x: Slot, to: Slot, limits: Limits): PlannedLaunch {
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
    ? planLaunch(makeCpuKernel("planarStatistics", statisticsKernels, limits), { ...operands, parameters })
    : planLaunch(makeCpuKernel("interleavedStatistics", statisticsKernels, limits), {
        ...operands,
        parameters,
      });
}

/** One launch if an item holds whole channels, otherwise two. */
export function planStatistics(layout: Layout, limits: Limits): Plan {
  const { channels } = layout;
  const grid = planGrid(layout);
  if (channels === 0) return { launches: [], temporaries: [], aliases: [] };
  if (grid.parts === 1) {
    const launches = [planPartialStatistics(grid, { input: 0 }, { output: 0 }, limits)];
    return { launches, temporaries: [], aliases: [] };
  }
  return {
    launches: [
      planPartialStatistics(grid, { input: 0 }, { temporary: 0 }, limits),
      planMergeLaunch(grid.parts, channels, { temporary: 0 }, { output: 0 }, limits),
    ],
    temporaries: [{ shape: [grid.parts, 4, channels], dtype: "f32" }],
    aliases: [],
  };
}
