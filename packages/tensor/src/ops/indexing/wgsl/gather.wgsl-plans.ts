import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { gatherOp, scatterAddOp } from "../gather.ts";
import { indexCheck, missingValue } from "../indexing.ts";
import { shaderAddPlan, shaderTakeLaunches } from "./indexing-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof gatherOp>("gather", ([x, indices], { axis, outOfRange }, limits) => {
    const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
    const check = indexCheck("gather", indexing.length, outOfRange);
    return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
  }),
  planFor<typeof scatterAddOp>("scatterAdd", ([updates], { axis, size, outOfRange }, limits) => {
    const { outer, length, inner } = linesAlong(updates!.shape, axis);
    const indexing = { outer, length: size, inner, count: length, elementwise: true };
    return shaderAddPlan(updates!, indexing, limits, indexCheck("scatterAdd", size, outOfRange));
  }),
];
