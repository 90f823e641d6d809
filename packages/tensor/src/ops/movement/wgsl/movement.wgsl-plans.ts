import type { Limits } from "../../../core/devices/backend.ts";
import { storageOf } from "../../../core/devices/backend.ts";
import type { Plan } from "../../../core/op.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { bytesOfStorage } from "../../../expression/storage.ts";
import type { ConcatenateAttributes, PadAttributes } from "../attributes.ts";
import { concatenatePlan, copyPlans, padCopy, padView } from "../copy-plans.ts";
import { beginsOf, linesAlong } from "../lines.ts";
import { launchesOnly } from "../view.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";
import { joinLaunches } from "./join-plan.ts";

export const plans: readonly PlanEntry[] = [
  ...copyPlans(shaderCopyLaunches, { takesStored: true }),
  planFor<ConcatenateAttributes>(
    "concatenate",
    (parts, attrs, limits, _donated, op) => {
      const y = op.outputs(parts, attrs)[0]!;
      return (
        joinPlan(y, parts, attrs, limits) ?? concatenatePlan(y, parts, attrs, limits, shaderCopyLaunches)
      );
    },
    { takesStored: true },
  ),
  planFor<PadAttributes>(
    "pad",
    ([x], attrs, limits, _donated, op) => {
      const view = padView(x!, attrs, limits);
      if (view !== undefined) return view;
      const [y] = op.outputs([x], attrs);
      const size = sizeOf(y!.shape);
      if (size === 0) return launchesOnly([]);
      const [copy, fill] = [padCopy(y!, x!, attrs), { size, value: { scalar: 0 } }];
      return launchesOnly(shaderCopyLaunches(copy, x!.dtype, limits, { input: 0 }, { output: 0 }, fill));
    },
    { takesStored: true },
  ),
];

/** A plan that copies several parts in a launch; undefined if there is a single part, which is a view, or parts share words. */
function joinPlan(
  y: Spec,
  parts: readonly (Spec | undefined)[],
  attrs: ConcatenateAttributes,
  limits: Limits,
): Plan | undefined {
  if (parts.length === 1) return undefined;
  const { outer, length, inner } = linesAlong(y.shape, attrs.axis);
  const begins = beginsOf(parts, attrs.axis);
  const launches = joinLaunches(
    parts.map((part, input) => ({
      input,
      run: part!.shape[attrs.axis]! * inner,
      begin: begins[input]! * inner,
    })),
    { rows: outer, row: length * inner, bytesPerElement: bytesOfStorage(storageOf(y.dtype, limits)) },
    limits,
  );
  return launches && launchesOnly(launches);
}
