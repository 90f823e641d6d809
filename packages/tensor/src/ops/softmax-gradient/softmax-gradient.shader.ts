import type { PlanOf } from "../../core/op.ts";
import { linesAlong } from "../lines/lines.ts";
import { mapPlan } from "../reduction/fold-plan.ts";
import type { AxisAttributes } from "../softmax/plan.ts";
import { softmaxGradientMap } from "./softmax-gradient.wgsl.ts";

export { softmaxGradientOp as op } from "./softmax-gradient.ts";

export const plan: PlanOf<AxisAttributes> = ([y], { axis }, limits) =>
  mapPlan(linesAlong(y!.shape, axis), softmaxGradientMap(), limits);
