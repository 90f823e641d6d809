import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { Indexing } from "../indexing.ts";
import { indexCheck, missingValue } from "../indexing.ts";
import type { indexAddOp, takeOp } from "../take.ts";
import { updateLines } from "../take.ts";
import { shaderAddPlan, shaderTakeLaunches } from "./indexing-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof indexAddOp>("indexAdd", ([updates, indices], { axis, size, outOfRange }, limits) => {
    const indexing = { ...updateLines(updates!, indices!, axis), length: size, elementwise: false };
    return shaderAddPlan(updates!, indexing, limits, indexCheck("indexAdd", size, outOfRange));
  }),
  planFor<typeof takeOp>("take", ([x, indices], { axis, outOfRange }, limits) => {
    const count = sizeOf(indices!.shape);
    const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
    const check = indexCheck("take", indexing.length, outOfRange);
    return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
  }),
];
