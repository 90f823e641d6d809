import { wasmKernel } from "../../../core/launch.ts";
import type { Op, Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plan-launch.ts";
import type { PlanEntry } from "../../../core/plan-tables.ts";
import { planFor } from "../../../core/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import type { maxOp, minOp } from "../extreme.ts";
import { reductionPlan } from "../passes.ts";
import type { ReductionAttributes } from "../reduction-geometry.ts";
import { reductionKernels } from "./reduction.kernels.ts";
import { module } from "./reduction.wasm.ts";

/** The kernels find maxima; flipping these bits before and after makes them minima, or unsigned. */
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
  planFor<typeof maxOp>("max", ([x], attrs, _limits, _donated, op) =>
    extremePlan(op, x!, attrs, flipsOfMaximum),
  ),
  planFor<typeof minOp>("min", ([x], attrs, _limits, _donated, op) =>
    extremePlan(op, x!, attrs, flipsOfMinimum),
  ),
];
