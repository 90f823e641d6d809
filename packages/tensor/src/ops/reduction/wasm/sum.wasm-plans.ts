import { wasmKernel } from "../../../core/launch.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { reductionPlan } from "../passes.ts";
import type { sumOp } from "../sum.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

export const plans: readonly PlanEntry[] = [
  planFor<typeof sumOp>("sum", ([x], attrs, _limits, _donated, op) =>
    reductionPlan(x!, op.outputs([x], attrs)[0]!, attrs.axes, ({ parameters, ...common }) =>
      isFloat(x!.dtype)
        ? planLaunch(wasmKernel(module, "sumFloats", reductionKernels), {
            ...common,
            parameters: { ...parameters, divisor: 1 },
          })
        : planLaunch(wasmKernel(module, "sumIntegers", reductionKernels), { ...common, parameters }),
    ),
  ),
];
