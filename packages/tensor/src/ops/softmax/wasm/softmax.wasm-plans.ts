import { makeWasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { ReductionAttributes } from "../../reduction/attributes.ts";
import { planReduction } from "../../reduction/passes.ts";
import type { AxisAttributes, CrossEntropyAttributes, SoftmaxGradientAttributes } from "../attributes.ts";
import { makeLabelCheck } from "../attributes.ts";
import { softmaxKernels } from "./softmax.kernels.ts";
import { module } from "./softmax.wasm.ts";
import {
  planCrossEntropy,
  planCrossEntropyGradient,
  planLogSoftmaxGradient,
  planSoftmax,
  planSoftmaxGradient,
} from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<AxisAttributes>("softmax", ([x], { axis }) => planSoftmax("softmax", x!, axis)),
  makePlanEntry<SoftmaxGradientAttributes>("softmaxGradient", ([y], attrs) => planSoftmaxGradient(y!, attrs)),
  makePlanEntry<AxisAttributes>("logSoftmax", ([x], { axis }) => planSoftmax("logSoftmax", x!, axis)),
  makePlanEntry<AxisAttributes>("logSoftmaxGradient", ([y], { axis }) => planLogSoftmaxGradient(y!, axis)),
  makePlanEntry<ReductionAttributes>("logsumexp", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const tile = 4;
    return planReduction(
      x!,
      y!,
      attrs.axes,
      (common) => planLaunch(makeWasmKernel(module, "logSumExp", softmaxKernels), common),
      tile,
    );
  }),
  makePlanEntry<CrossEntropyAttributes>("softmaxCrossEntropy", ([logits], attrs) =>
    planCrossEntropy(logits!, attrs, makeLabelCheck(logits!)),
  ),
  makePlanEntry<CrossEntropyAttributes>("softmaxCrossEntropyGradient", ([logits], attrs) =>
    planCrossEntropyGradient(logits!, attrs),
  ),
];
