import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { reductionPlan } from "../../reduction/passes.ts";
import type { logsumexpOp } from "../logsumexp.ts";
import { softmaxKernels } from "./softmax.kernels.ts";
import { module } from "./softmax.wasm.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof logsumexpOp>("logsumexp", ([x], attrs, _limits, _donated, op) => {
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
];
