import type { PlanOf } from "../../../core/op.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { Indexing } from "../indexing-plan.ts";
import { indexCheck, missingValue } from "../indexing-plan.ts";
import type { TakeAttributes } from "../take.ts";
import { shaderTakeLaunches } from "./indexing-plan.ts";

export { takeOp as op } from "../take.ts";

export const plan: PlanOf<TakeAttributes> = ([x, indices], { axis, outOfRange }, limits) => {
  const count = sizeOf(indices!.shape);
  const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
  const check = indexCheck("take", indexing.length, outOfRange);
  return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
};
