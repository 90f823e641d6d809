import type { PlannedLaunch } from "../../../core/devices/launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import type { DType } from "../../../expression/dtype.ts";
import { getComputeType } from "../../../expression/dtype.ts";
import { buildExpression } from "../../../expression/expression.ts";
import type { ConcatenateAttributes, PadAttributes } from "../attributes.ts";
import { listCopyPlans, makePadCopy, planConcatenate, planPadView } from "../copy-plans.ts";
import { makePlan } from "../view.ts";
import { planCopy } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  ...listCopyPlans(planCopy),
  makePlanEntry<ConcatenateAttributes>("concatenate", (parts, attrs, limits, _donated, op) =>
    planConcatenate(op.outputs(parts, attrs)[0]!, parts, attrs, limits, planCopy),
  ),
  makePlanEntry<PadAttributes>("pad", ([x], attrs, limits, _donated, op) => {
    const view = planPadView(x!, attrs, limits);
    if (view !== undefined) return view;
    const [y] = op.outputs([x], attrs);
    const copies = planCopy(makePadCopy(y!, x!, attrs), x!.dtype, limits, { input: 0 }, { output: 0 });
    return makePlan([planFill(y!), ...copies]);
  }),
];

/** Sets the whole output to the call's scalar. */
function planFill({ shape, dtype }: Spec): PlannedLaunch {
  return {
    kind: "expression",
    expression: buildFill(dtype),
    shape: [countElements(shape)],
    reads: [],
    writes: [{ output: 0 }],
    scalars: [{ scalar: 0 }],
  };
}

const buildFill = (dtype: DType) =>
  buildExpression({ inputs: [], scalars: [getComputeType(dtype)], outputs: [dtype] }, (_, [value]) => value!);
