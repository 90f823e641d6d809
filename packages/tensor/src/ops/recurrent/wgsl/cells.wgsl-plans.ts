import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Work } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import {
  writeGruCellGradientKernel,
  writeGruCellKernel,
  writeLstmCellGradientKernel,
  writeLstmCellKernel,
} from "./cells.wgsl.ts";

/** What launches over the units of a state share. */
interface UnitsLaunch {
  readonly parameters: { readonly count: number; readonly size: number };
  readonly work: Work;
}

function planUnits(
  { shape }: Spec,
  limits: Limits,
  makeLaunch: (common: UnitsLaunch) => PlannedLaunch,
): Plan {
  const count = countElements(shape);
  if (count === 0) return makePlan([]);
  const work = { workgroups: foldInvocations(count, limits) };
  return makePlan([makeLaunch({ parameters: { count, size: shape.at(-1)! }, work })]);
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry("lstmCell", ([, c], _attrs, limits) =>
    planUnits(c!, limits, (common) =>
      planLaunch(writeLstmCellKernel(), {
        reads: { gates: { input: 0 }, c: { input: 1 } },
        writes: { h: { output: 0 }, next: { output: 1 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("lstmCellGradient", ([, c], _attrs, limits) =>
    planUnits(c!, limits, (common) =>
      planLaunch(writeLstmCellGradientKernel(), {
        reads: { gates: { input: 0 }, c: { input: 1 }, dh: { input: 2 }, dNext: { input: 3 } },
        writes: { dGates: { output: 0 }, dc: { output: 1 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("gruCell", ([, , h], _attrs, limits) =>
    planUnits(h!, limits, (common) =>
      planLaunch(writeGruCellKernel(), {
        reads: { x: { input: 0 }, hidden: { input: 1 }, h: { input: 2 } },
        writes: { y: { output: 0 } },
        ...common,
      }),
    ),
  ),
  makePlanEntry("gruCellGradient", ([, , h], _attrs, limits) =>
    planUnits(h!, limits, (common) =>
      planLaunch(writeGruCellGradientKernel(), {
        reads: { x: { input: 0 }, hidden: { input: 1 }, h: { input: 2 }, dy: { input: 3 } },
        writes: { dx: { output: 0 }, dHidden: { output: 1 }, dh: { output: 2 } },
        ...common,
      }),
    ),
  ),
];
