import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import type { Indexing } from "../indexing.ts";
import { indexCheck, missingValue } from "../indexing.ts";
import type { indexAddOp, takeOp } from "../take.ts";
import { updateLines } from "../take.ts";
import { addPlan, takePlan } from "./indexing-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof takeOp>("take", ([x, indices], { axis, outOfRange }, limits) => {
    const count = sizeOf(indices!.shape);
    const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
    const check = indexCheck("take", indexing.length, outOfRange);
    return takePlan(x!, missingValue(x!, outOfRange), indexing, limits, check);
  }),
  planFor<typeof indexAddOp>("indexAdd", ([updates, indices], { axis, size, outOfRange }) => {
    const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
    return addPlan(updates!, indexing, indexCheck("indexAdd", size, outOfRange));
  }),
];
