import type { Limits } from "../../../core/devices/backend.ts";
import { getStorage } from "../../../core/devices/backend.ts";
import type { Plan } from "../../../core/op.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { countStorageBytes } from "../../../expression/storage.ts";
import type { ConcatenateAttributes, PadAttributes } from "../attributes.ts";
import { listCopyPlans, makePadCopy, planConcatenate, planPadView } from "../copy-plans.ts";
import { computeBegins, computeLines } from "../lines.ts";
import { makePlan } from "../view.ts";
import { planShaderCopy } from "./copy-plan.ts";
import { planJoin } from "./join-plan.ts";

export const plans: readonly PlanEntry[] = [
  ...listCopyPlans(planShaderCopy, { takesStored: true }),
  makePlanEntry<ConcatenateAttributes>(
    "concatenate",
    (parts, attrs, limits, _donated, op) => {
      const y = op.outputs(parts, attrs)[0]!;
      return (
        planShaderConcatenate(y, parts, attrs, limits) ??
        planConcatenate(y, parts, attrs, limits, planShaderCopy)
      );
    },
    { takesStored: true },
  ),
  makePlanEntry<PadAttributes>(
    "pad",
    ([x], attrs, limits, _donated, op) => {
      const view = planPadView(x!, attrs, limits);
      if (view !== undefined) return view;
      const [y] = op.outputs([x], attrs);
      const size = countElements(y!.shape);
      if (size === 0) return makePlan([]);
      const [copy, fill] = [makePadCopy(y!, x!, attrs), { size, value: { scalar: 0 } }];
      return makePlan(planShaderCopy(copy, x!.dtype, limits, { input: 0 }, { output: 0 }, fill));
    },
    { takesStored: true },
  ),
];

/** A plan that copies several parts in a launch; undefined if there is a single part, which is a view, or parts share words. */
function planShaderConcatenate(
  y: Spec,
  parts: readonly (Spec | undefined)[],
  attrs: ConcatenateAttributes,
  limits: Limits,
): Plan | undefined {
  if (parts.length === 1) return undefined;
  const { outer, length, inner } = computeLines(y.shape, attrs.axis);
  const begins = computeBegins(parts, attrs.axis);
  const launches = planJoin(
    parts.map((part, input) => ({
      input,
      run: part!.shape[attrs.axis]! * inner,
      begin: begins[input]! * inner,
    })),
    { rows: outer, row: length * inner, bytesPerElement: countStorageBytes(getStorage(y.dtype, limits)) },
    limits,
  );
  return launches && makePlan(launches);
}
