import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { computeLines } from "../../movement/lines.ts";
import type { ReductionAttributes } from "../../reduction/attributes.ts";
import { planFold, planMap } from "../../reduction/wgsl/fold-plan.ts";
import type { AxisAttributes, CrossEntropyAttributes, SoftmaxGradientAttributes } from "../attributes.ts";
import { makeLabelCheck } from "../attributes.ts";
import { makeLogSoftmaxGradientMap } from "./log-softmax-gradient.wgsl.ts";
import { makeLogsumexpReducer } from "./logsumexp.wgsl.ts";
import { makeLogSoftmaxMap, makeSoftmaxMap } from "./softmax.wgsl.ts";
import { listCrossEntropyNumbers, makeCrossEntropyReducer } from "./softmax-cross-entropy.wgsl.ts";
import { makeCrossEntropyGradientMap } from "./softmax-cross-entropy-gradient.wgsl.ts";
import { makeSoftmaxGradientMap } from "./softmax-gradient.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<SoftmaxGradientAttributes>("softmaxGradient", ([y], { axis, scale = 1 }, limits) =>
    planMap(computeLines(y!.shape, axis), makeSoftmaxGradientMap(), limits, { scale }),
  ),
  makePlanEntry<AxisAttributes>("softmax", ([x], { axis }, limits) =>
    planMap(computeLines(x!.shape, axis), makeSoftmaxMap(), limits),
  ),
  makePlanEntry<AxisAttributes>("logSoftmaxGradient", ([y], { axis }, limits) =>
    planMap(computeLines(y!.shape, axis), makeLogSoftmaxGradientMap(), limits),
  ),
  makePlanEntry<AxisAttributes>("logSoftmax", ([x], { axis }, limits) =>
    planMap(computeLines(x!.shape, axis), makeLogSoftmaxMap(), limits),
  ),
  makePlanEntry<ReductionAttributes>("logsumexp", ([x], { axes }, limits) =>
    planFold(x!.shape, axes, makeLogsumexpReducer(), limits),
  ),
  makePlanEntry<CrossEntropyAttributes>("softmaxCrossEntropyGradient", ([logits], attrs, limits) =>
    planMap(
      computeLines(logits!.shape, 1),
      makeCrossEntropyGradientMap(),
      limits,
      listCrossEntropyNumbers(logits!, attrs),
    ),
  ),
  makePlanEntry<CrossEntropyAttributes>("softmaxCrossEntropy", ([logits], attrs, limits) =>
    planFold(logits!.shape, [1], makeCrossEntropyReducer(), limits, {
      parameters: listCrossEntropyNumbers(logits!, attrs),
      isView: false,
      check: makeLabelCheck(logits!),
    }),
  ),
];
