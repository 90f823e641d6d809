import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { meanOp } from "../mean.ts";
import { reductionPlan } from "../passes.ts";
import { reductionLength } from "../reduction-geometry.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof meanOp>("mean", ([x], attrs, _limits, _donated, op) => {
    const n = reductionLength(x!.shape, attrs.axes);
    const [y] = op.outputs([x], attrs);
    return reductionPlan(x!, y!, attrs.axes, ({ parameters, ...common }, isLast) =>
      planLaunch(wasmKernel(module, "sumFloats", reductionKernels), {
        ...common,
        parameters: { ...parameters, divisor: isLast ? n : 1 },
      }),
    );
  }),
];
