import { getStorage } from "../../../core/devices/backend.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import { encodeMissing, makeIndexCheck } from "../../indexing/indexing.ts";
import { planRowSort } from "../../indexing/wgsl/indexing-plan.ts";
import { makePlan, planView } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { ScatterAttributes } from "../attributes.ts";
import { computeScatterIndexing, getIdentity, needsIdentity } from "../attributes.ts";
import type { ScatterType } from "./scatter.wgsl.ts";
import { writeScatterKernel } from "./scatter.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ScatterAttributes>("scatter", ([x, indices], attrs, limits) => {
    const { dtype, shape } = x!;
    const size = countElements(shape);
    const indexing = computeScatterIndexing(x!, indices!, attrs);
    if (size === 0) return makePlan([]);
    if (indexing.count === 0) return planView(x!, limits)!;
    const { rows, sorted, launches, temporaries } = planRowSort(indexing, limits, { input: 1 });
    const check = makeIndexCheck("scatter", indexing.length, attrs);
    const kernel = writeScatterKernel(dtype as ScatterType, attrs.reduction, {
      startsAnew: needsIdentity(attrs),
      counts: check !== undefined,
    });
    const launch = planLaunch(kernel, {
      reads: { x: { input: 0 }, updates: { input: 2 }, ...sorted },
      writes: { y: { output: 0 } },
      parameters: {
        count: size,
        length: rows.length,
        chosen: rows.count,
        inner: rows.inner,
        identity: encodeMissing(getIdentity(attrs.reduction, dtype), getStorage(dtype, limits)),
      },
      work: { workgroups: foldInvocations(size, limits) },
      check,
    });
    return { launches: [...launches, launch], temporaries, aliases: [] };
  }),
];
