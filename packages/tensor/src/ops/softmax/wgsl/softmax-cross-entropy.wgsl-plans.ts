import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { linesAlong } from "../../movement/lines.ts";
import { foldPlan, mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { softmaxCrossEntropyGradientOp, softmaxCrossEntropyOp } from "../softmax-cross-entropy.ts";
import { labelCheck } from "../softmax-cross-entropy.ts";
import { crossEntropyNumbers, crossEntropyReducer } from "./softmax-cross-entropy.wgsl.ts";
import { crossEntropyGradientMap } from "./softmax-cross-entropy-gradient.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof softmaxCrossEntropyGradientOp>("softmaxCrossEntropyGradient", ([logits], attrs, limits) =>
    mapPlan(
      linesAlong(logits!.shape, 1),
      crossEntropyGradientMap(),
      limits,
      crossEntropyNumbers(logits!, attrs),
    ),
  ),
  planFor<typeof softmaxCrossEntropyOp>("softmaxCrossEntropy", ([logits], attrs, limits) =>
    foldPlan(logits!.shape, [1], crossEntropyReducer(), limits, {
      parameters: crossEntropyNumbers(logits!, attrs),
      isView: false,
      check: labelCheck(logits!),
    }),
  ),
];
