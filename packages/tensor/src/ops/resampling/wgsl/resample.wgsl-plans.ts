import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { ResampleAttributes } from "../attributes.ts";
import { writeResampleKernel } from "./resample.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ResampleAttributes>("resample", (inputs, attrs, limits, _donated, op) => {
    const [x, rows, columns] = inputs;
    const [, height, width] = x!.shape as [number, number, number];
    const [planes, outHeight, outWidth] = op.outputs(inputs, attrs)[0]!.shape as [number, number, number];
    const count = planes * outHeight * outWidth;
    if (count === 0) return makePlan([]);
    return makePlan([
      planLaunch(writeResampleKernel(rows !== undefined, columns !== undefined), {
        reads: {
          x: { input: 0 },
          rows: rows && { input: 1 },
          columns: columns && { input: 2 },
        },
        writes: { y: { output: 0 } },
        parameters: {
          count,
          input: [height, width],
          output: [outHeight, outWidth],
          words: [rows?.shape[1] ?? 0, columns?.shape[1] ?? 0],
        },
        work: { workgroups: foldInvocations(count, limits) },
      }),
    ]);
  }),
];
