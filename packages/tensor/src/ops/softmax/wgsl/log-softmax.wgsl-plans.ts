import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import { mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { logSoftmaxGradientOp, logSoftmaxOp } from "../log-softmax.ts";
import { logSoftmaxGradientMap } from "./log-softmax-gradient.wgsl.ts";
import { logSoftmaxMap } from "./softmax.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof logSoftmaxGradientOp>("logSoftmaxGradient", ([y], { axis }, limits) =>
    mapPlan(linesAlong(y!.shape, axis), logSoftmaxGradientMap(), limits),
  ),
  planFor<typeof logSoftmaxOp>("logSoftmax", ([x], { axis }, limits) =>
    mapPlan(linesAlong(x!.shape, axis), logSoftmaxMap(), limits),
  ),
];
