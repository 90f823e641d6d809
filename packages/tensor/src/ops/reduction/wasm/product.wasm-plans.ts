import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { reductionPlan } from "../passes.ts";
import type { productOp } from "../product.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof productOp>("product", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    return reductionPlan(x!, y!, attrs.axes, (common) =>
      planLaunch(wasmKernel(module, "multiplyFloats", reductionKernels), common),
    );
  }),
];
