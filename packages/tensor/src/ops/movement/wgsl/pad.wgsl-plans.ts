import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import type { padOp } from "../slice-and-pad.ts";
import { copyInto, padView } from "../slice-and-pad.ts";
import { launchesOnly } from "../view.ts";
import { shaderCopyLaunches } from "./copy-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof padOp>(
    "pad",
    ([x], attrs, limits, _donated, op) => {
      const view = padView(x!, attrs, limits);
      if (view !== undefined) return view;
      const [y] = op.outputs([x], attrs);
      const size = sizeOf(y!.shape);
      if (size === 0) return launchesOnly([]);
      const [copy, fill] = [copyInto(y!, x!, attrs), { size, value: { scalar: 0 } }];
      return launchesOnly(shaderCopyLaunches(copy, x!.dtype, limits, { input: 0 }, { output: 0 }, fill));
    },
    { takesStored: true },
  ),
];
