import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { ResampleAttributes } from "../attributes.ts";
import { writeResampleKernel } from "./resample.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ResampleAttributes>("resample", (inputs, attrs, limits, _donated, op) => {
    const [x, rowSpans, rowWeights, columnSpans, columnWeights] = inputs;
    const [, height, width] = x!.shape as [number, number, number];
    const [planes, outHeight, outWidth] = op.outputs(inputs, attrs)[0]!.shape as [number, number, number];
    const count = planes * outHeight * outWidth;
    if (count === 0) return makePlan([]);
    return makePlan([
      planLaunch(writeResampleKernel(rowSpans !== undefined, columnSpans !== undefined), {
        reads: {
          x: { input: 0 },
          rowSpans: rowSpans && { input: 1 },
          rowWeights: rowWeights && { input: 2 },
          columnSpans: columnSpans && { input: 3 },
          columnWeights: columnWeights && { input: 4 },
        },
        writes: { y: { output: 0 } },
        parameters: {
          count,
          input: [height, width],
          output: [outHeight, outWidth],
          taps: [rowWeights?.shape[1] ?? 0, columnWeights?.shape[1] ?? 0],
        },
        work: { workgroups: foldInvocations(count, limits) },
      }),
    ]);
  }),
];
