import type { PlanOf } from "../../../core/op.ts";
import { linesAlong } from "../../movement/lines.ts";
import { mapPlan } from "../../reduction/wgsl/fold-plan.ts";
import type { CrossEntropyAttributes } from "../softmax-cross-entropy.ts";
import { crossEntropyNumbers } from "./softmax-cross-entropy.wgsl.ts";
import { crossEntropyGradientMap } from "./softmax-cross-entropy-gradient.wgsl.ts";

export { softmaxCrossEntropyGradientOp as op } from "../softmax-cross-entropy.ts";

export const plan: PlanOf<CrossEntropyAttributes> = ([logits], attrs, limits) =>
  mapPlan(
    linesAlong(logits!.shape, 1),
    crossEntropyGradientMap(),
    limits,
    crossEntropyNumbers(logits!, attrs),
  );
