import type { PlanOf } from "../../../core/op.ts";
import { linesAlong } from "../../movement/lines.ts";
import { mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { AxisAttributes } from "../softmax-plan.ts";
import { softmaxMap } from "./softmax.wgsl.ts";

export { softmaxOp as op } from "../softmax.ts";

export const plan: PlanOf<AxisAttributes> = ([x], { axis }, limits) =>
  mapPlan(linesAlong(x!.shape, axis), softmaxMap(), limits);
