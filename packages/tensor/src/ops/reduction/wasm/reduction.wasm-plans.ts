import { wasmKernel } from "../../../core/devices/launch.ts";
import type { Op, Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { planFor } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import type { MomentsAttributes, ReductionAttributes } from "../attributes.ts";
import { reductionPlan } from "../passes.ts";
import { divisorOf, reductionLength } from "../reduction-geometry.ts";
import { momentsPlan } from "./moments-plan.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

/** The bits to flip before and after the kernels, which compute signed maxima, to get minima or unsigned comparisons. */
interface BitFlips {
  readonly f32: number;
  readonly i32: number;
  readonly u32: number;
}

const flipsOfMaximum: BitFlips = { f32: 0, i32: 0, u32: -(2 ** 31) };
const flipsOfMinimum: BitFlips = { f32: -(2 ** 31), i32: -1, u32: 2 ** 31 - 1 };

function extremePlan(
  op: Pick<Op<ReductionAttributes>, "outputs">,
  x: Spec,
  attrs: ReductionAttributes,
  flips: BitFlips,
): Plan {
  const entry = isFloat(x.dtype) ? "extremeFloats" : "extremeIntegers";
  const flip = flips[x.dtype as keyof BitFlips];
  return reductionPlan(x, op.outputs([x], attrs)[0]!, attrs.axes, ({ parameters, ...common }) =>
    planLaunch(wasmKernel(module, entry, reductionKernels), {
      ...common,
      parameters: { ...parameters, flip },
    }),
  );
}

export const plans: readonly PlanEntry[] = [
  planFor<ReductionAttributes>("sum", ([x], attrs, _limits, _donated, op) =>
    reductionPlan(x!, op.outputs([x], attrs)[0]!, attrs.axes, ({ parameters, ...common }) =>
      isFloat(x!.dtype)
        ? planLaunch(wasmKernel(module, "sumFloats", reductionKernels), {
            ...common,
            parameters: { ...parameters, divisor: 1 },
          })
        : planLaunch(wasmKernel(module, "sumIntegers", reductionKernels), { ...common, parameters }),
    ),
  ),
  planFor<ReductionAttributes>("mean", ([x], attrs, _limits, _donated, op) => {
    const n = reductionLength(x!.shape, attrs.axes);
    const [y] = op.outputs([x], attrs);
    return reductionPlan(x!, y!, attrs.axes, ({ parameters, ...common }, isLast) =>
      planLaunch(wasmKernel(module, "sumFloats", reductionKernels), {
        ...common,
        parameters: { ...parameters, divisor: isLast ? n : 1 },
      }),
    );
  }),
  planFor<ReductionAttributes>("product", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    return reductionPlan(x!, y!, attrs.axes, (common) =>
      planLaunch(wasmKernel(module, "multiplyFloats", reductionKernels), common),
    );
  }),
  planFor<ReductionAttributes>("max", ([x], attrs, _limits, _donated, op) =>
    extremePlan(op, x!, attrs, flipsOfMaximum),
  ),
  planFor<ReductionAttributes>("min", ([x], attrs, _limits, _donated, op) =>
    extremePlan(op, x!, attrs, flipsOfMinimum),
  ),
  planFor<MomentsAttributes>("moments", ([x], attrs) => momentsPlan(x!, attrs, divisorOf(x!.shape, attrs))),
];
