import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { argsortOp } from "../argsort.ts";
import { valueOrder } from "./sorting.wgsl.ts";
import { sortLaunches } from "./sorting-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof argsortOp>("argsort", ([x], _, limits) => {
    if (sizeOf(x!.shape) === 0) return launchesOnly([]);
    const lines = linesAlong(x!.shape, x!.shape.length - 1);
    const order = valueOrder(x!.dtype);
    const sorting = { ...lines, keep: lines.length, order, parameters: [0] };
    const { launches, temporaries } = sortLaunches(
      sorting,
      limits,
      { input: 0 },
      { places: { output: 0 } },
      0,
    );
    return { launches, temporaries, aliases: [] };
  }),
];
