import type { PlanOf } from "../../core/op.ts";
import { sizeOf } from "../../core/spec.ts";
import type { Indexing } from "../indexing/indexing-plan.ts";
import { indexCheck, missingValue } from "../indexing/indexing-plan.ts";
import { shaderTakeLaunches } from "../indexing/shader-indexing.ts";
import { linesAlong } from "../lines/lines.ts";
import { launchesOnly } from "../movement/view.ts";
import type { TakeAttributes } from "./take.ts";

export { takeOp as op } from "./take.ts";

export const plan: PlanOf<TakeAttributes> = ([x, indices], { axis, outOfRange }, limits) => {
  const count = sizeOf(indices!.shape);
  const indexing: Indexing = { ...linesAlong(x!.shape, axis), count, elementwise: false };
  const check = indexCheck("take", indexing.length, outOfRange);
  return launchesOnly(shaderTakeLaunches(x!, missingValue(x!, outOfRange), indexing, limits, check));
};
