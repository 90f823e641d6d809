import { wasmKernel } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { ReductionAttributes } from "../../reduction/attributes.ts";
import { reductionPlan } from "../../reduction/passes.ts";
import type { AxisAttributes, CrossEntropyAttributes } from "../attributes.ts";
import { labelCheck } from "../attributes.ts";
import { softmaxKernels } from "./softmax.kernels.ts";
import { module } from "./softmax.wasm.ts";
import {
  crossEntropyGradientPlan,
  crossEntropyPlan,
  softmaxGradientPlan,
  softmaxPlan,
} from "./softmax-plan.ts";

export const plans: readonly PlanEntry[] = [
  planFor<AxisAttributes>("softmax", ([x], { axis }) => softmaxPlan("softmax", x!, axis)),
  planFor<AxisAttributes>("softmaxGradient", ([y], { axis }) =>
    softmaxGradientPlan("softmaxGradient", y!, axis),
  ),
  planFor<AxisAttributes>("logSoftmax", ([x], { axis }) => softmaxPlan("logSoftmax", x!, axis)),
  planFor<AxisAttributes>("logSoftmaxGradient", ([y], { axis }) =>
    softmaxGradientPlan("logSoftmaxGradient", y!, axis),
  ),
  planFor<ReductionAttributes>("logsumexp", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const tile = 4;
    return reductionPlan(
      x!,
      y!,
      attrs.axes,
      (common) => planLaunch(wasmKernel(module, "logSumExp", softmaxKernels), common),
      tile,
    );
  }),
  planFor<CrossEntropyAttributes>("softmaxCrossEntropy", ([logits], attrs) =>
    crossEntropyPlan(logits!, attrs, labelCheck(logits!)),
  ),
  planFor<CrossEntropyAttributes>("softmaxCrossEntropyGradient", ([logits], attrs) =>
    crossEntropyGradientPlan(logits!, attrs),
  ),
];
