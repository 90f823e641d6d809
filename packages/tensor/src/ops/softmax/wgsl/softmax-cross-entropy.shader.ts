import type { PlanOf } from "../../../core/op.ts";
import { foldPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { CrossEntropyAttributes } from "../softmax-cross-entropy.ts";
import { labelCheck } from "../softmax-cross-entropy.ts";
import { crossEntropyNumbers, crossEntropyReducer } from "./softmax-cross-entropy.wgsl.ts";

export { softmaxCrossEntropyOp as op } from "../softmax-cross-entropy.ts";

export const plan: PlanOf<CrossEntropyAttributes> = ([logits], attrs, limits) =>
  foldPlan(logits!.shape, [1], crossEntropyReducer(), limits, {
    parameters: crossEntropyNumbers(logits!, attrs),
    isView: false,
    check: labelCheck(logits!),
  });
