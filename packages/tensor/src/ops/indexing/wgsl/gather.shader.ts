import type { PlanOf } from "../../../core/op.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { GatherAttributes } from "../gather.ts";
import { indexCheck, missingValue } from "../indexing-plan.ts";
import { shaderTakeLaunches } from "./indexing-plan.ts";

export { gatherOp as op } from "../gather.ts";

export const plan: PlanOf<GatherAttributes> = ([x, indices], { axis, outOfRange }, limits) => {
  const indexing = { ...linesAlong(x!.shape, axis), count: indices!.shape[axis]!, elementwise: true };
  const check = indexCheck("gather", indexing.length, outOfRange);
  return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
};
