import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { topKOp } from "../top-k.ts";
import { shaderTakeLaunches } from "./indexing-plan.ts";
import { valueOrder } from "./sorting.wgsl.ts";
import { sortLaunches } from "./sorting-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof topKOp>("topK", ([x], { k, axis, largest }, limits) => {
    const lines = linesAlong(x!.shape, axis);
    if (lines.outer * lines.inner * k === 0) return launchesOnly([]);
    const order = valueOrder(x!.dtype);
    const sorting = { ...lines, keep: k, order, parameters: [largest ? 0xffffffff : 0] };
    const places = { output: 1 };
    const { launches, temporaries } = sortLaunches(sorting, limits, { input: 0 }, { places }, 0);
    const indexing = { ...lines, count: k, elementwise: true };
    const values = shaderTakeLaunches(x!, 0, indexing, limits, undefined, [{ input: 0 }, places]);
    return { launches: [...launches, ...values], temporaries, aliases: [] };
  }),
];
