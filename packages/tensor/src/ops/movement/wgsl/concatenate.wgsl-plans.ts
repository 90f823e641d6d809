import type { Limits } from "../../../core/backend.ts";
import { storageOf } from "../../../core/backend.ts";
import type { Plan } from "../../../core/op.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { bytesOfStorage } from "../../../expression/storage.ts";
import type { ConcatenateAttributes, concatenateOp } from "../concatenate.ts";
import { beginsOf, concatenatePlan } from "../concatenate.ts";
import { linesAlong } from "../lines.ts";
import { launchesOnly } from "../view.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";
import { joinLaunches } from "./join-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof concatenateOp>(
    "concatenate",
    (parts, attrs, limits, _donated, op) => {
      const y = op.outputs(parts, attrs)[0]!;
      return (
        joinPlan(y, parts, attrs, limits) ?? concatenatePlan(y, parts, attrs, limits, shaderCopyLaunches)
      );
    },
    { takesStored: true },
  ),
];

/** Several parts in a launch; absent where one part is a view, or parts share words. */
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
