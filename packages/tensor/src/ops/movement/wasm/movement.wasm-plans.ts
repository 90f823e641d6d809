import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { computeType } from "../../../expression/dtype.ts";
import { buildExpression } from "../../../expression/expression.ts";
import type { ConcatenateAttributes, PadAttributes } from "../attributes.ts";
import { concatenatePlan, copyPlans, padCopy, padView } from "../copy-plans.ts";
import { launchesOnly } from "../view.ts";
import { copyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  ...copyPlans(copyLaunches),
  planFor<ConcatenateAttributes>("concatenate", (parts, attrs, limits, _donated, op) =>
    concatenatePlan(op.outputs(parts, attrs)[0]!, parts, attrs, limits, copyLaunches),
  ),
  planFor<PadAttributes>("pad", ([x], attrs, limits, _donated, op) => {
    const view = padView(x!, attrs, limits);
    if (view !== undefined) return view;
    const [y] = op.outputs([x], attrs);
    const copies = copyLaunches(padCopy(y!, x!, attrs), x!.dtype, limits, { input: 0 }, { output: 0 });
    return launchesOnly([fillLaunch(y!), ...copies]);
  }),
];

/** Sets the whole output to the call's scalar. */
function fillLaunch({ shape, dtype }: Spec): PlannedLaunch {
  return {
    kind: "expression",
    expression: fillExpression(dtype),
    shape: [sizeOf(shape)],
    reads: [],
    writes: [{ output: 0 }],
    scalars: [{ scalar: 0 }],
  };
}

const fillExpression = (dtype: DType) =>
  buildExpression({ inputs: [], scalars: [computeType(dtype)], outputs: [dtype] }, (_, [value]) => value!);
