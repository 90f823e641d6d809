import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import type { ReductionAttributes } from "../../reduction/attributes.ts";
import { foldPlan, mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { AxisAttributes, CrossEntropyAttributes } from "../attributes.ts";
import { labelCheck } from "../attributes.ts";
import { logSoftmaxGradientMap } from "./log-softmax-gradient.wgsl.ts";
import { logsumexpReducer } from "./logsumexp.wgsl.ts";
import { logSoftmaxMap, softmaxMap } from "./softmax.wgsl.ts";
import { crossEntropyNumbers, crossEntropyReducer } from "./softmax-cross-entropy.wgsl.ts";
import { crossEntropyGradientMap } from "./softmax-cross-entropy-gradient.wgsl.ts";
import { softmaxGradientMap } from "./softmax-gradient.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<AxisAttributes>("softmaxGradient", ([y], { axis }, limits) =>
    mapPlan(linesAlong(y!.shape, axis), softmaxGradientMap(), limits),
  ),
  planFor<AxisAttributes>("softmax", ([x], { axis }, limits) =>
    mapPlan(linesAlong(x!.shape, axis), softmaxMap(), limits),
  ),
  planFor<AxisAttributes>("logSoftmaxGradient", ([y], { axis }, limits) =>
    mapPlan(linesAlong(y!.shape, axis), logSoftmaxGradientMap(), limits),
  ),
  planFor<AxisAttributes>("logSoftmax", ([x], { axis }, limits) =>
    mapPlan(linesAlong(x!.shape, axis), logSoftmaxMap(), limits),
  ),
  planFor<ReductionAttributes>("logsumexp", ([x], { axes }, limits) =>
    foldPlan(x!.shape, axes, logsumexpReducer(), limits),
  ),
  planFor<CrossEntropyAttributes>("softmaxCrossEntropyGradient", ([logits], attrs, limits) =>
    mapPlan(
      linesAlong(logits!.shape, 1),
      crossEntropyGradientMap(),
      limits,
      crossEntropyNumbers(logits!, attrs),
    ),
  ),
  planFor<CrossEntropyAttributes>("softmaxCrossEntropy", ([logits], attrs, limits) =>
    foldPlan(logits!.shape, [1], crossEntropyReducer(), limits, {
      parameters: crossEntropyNumbers(logits!, attrs),
      isView: false,
      check: labelCheck(logits!),
    }),
  ),
];
