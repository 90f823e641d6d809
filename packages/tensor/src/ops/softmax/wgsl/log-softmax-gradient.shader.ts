import type { PlanOf } from "../../../core/op.ts";
import { linesAlong } from "../../movement/lines.ts";
import { mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { AxisAttributes } from "../softmax-plan.ts";
import { logSoftmaxGradientMap } from "./log-softmax-gradient.wgsl.ts";

export { logSoftmaxGradientOp as op } from "../log-softmax.ts";

export const plan: PlanOf<AxisAttributes> = ([y], { axis }, limits) =>
  mapPlan(linesAlong(y!.shape, axis), logSoftmaxGradientMap(), limits);
