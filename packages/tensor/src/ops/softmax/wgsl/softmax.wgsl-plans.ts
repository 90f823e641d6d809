import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import { mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { softmaxGradientOp, softmaxOp } from "../softmax.ts";
import { softmaxMap } from "./softmax.wgsl.ts";
import { softmaxGradientMap } from "./softmax-gradient.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof softmaxGradientOp>("softmaxGradient", ([y], { axis }, limits) =>
    mapPlan(linesAlong(y!.shape, axis), softmaxGradientMap(), limits),
  ),
  planFor<typeof softmaxOp>("softmax", ([x], { axis }, limits) =>
    mapPlan(linesAlong(x!.shape, axis), softmaxMap(), limits),
  ),
];
