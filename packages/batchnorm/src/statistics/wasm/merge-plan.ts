import type { Limits, Plan, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { planLaunch } from "@evenkeel/tensor";
import { makeCpuKernel } from "../../cpu-kernel.ts";
import { statisticsKernels } from "./statistics.kernels.ts";

/** A launch that merges statistics that lie one after another, in that order. */
export function planMergeLaunch(
  parts: number,
  channels: number,
  from: Slot,
  to: Slot,
  limits: Limits,
): PlannedLaunch {
  return planLaunch(makeCpuKernel("mergeStatistics", statisticsKernels, limits), {
    reads: { partials: from },
    writes: { statistics: to },
    parameters: { channels, parts },
    work: { items: channels, chunk: Math.ceil(1024 / Math.max(1, parts)), scratchBytes: 48 },
  });
}

export function planMerge([parts]: readonly (Spec | undefined)[], limits: Limits): Plan {
  const [count, , channels] = parts!.shape as [number, number, number];
  const launches =
    channels === 0 ? [] : [planMergeLaunch(count, channels, { input: 0 }, { output: 0 }, limits)];
  return { launches, temporaries: [], aliases: [] };
}
