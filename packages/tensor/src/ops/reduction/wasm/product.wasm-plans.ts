import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { reductionPlan } from "../passes.ts";
import { productOp } from "../product.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

export const plans: readonly PlanEntry[] = [
  planFor(productOp, ([x], attrs) => {
    const [y] = productOp.outputs([x], attrs);
    return reductionPlan(x!, y!, attrs.axes, (common) =>
      planLaunch(wasmKernel(module, "multiplyFloats", reductionKernels), common),
    );
  }),
];
