import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Op, Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import type { Spec } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import type { MomentsAttributes, ReductionAttributes } from "../attributes.ts";
import { planReduction } from "../passes.ts";
import { computeDivisor, countReduced } from "../reduction-geometry.ts";
import { planMoments } from "./moments-plan.ts";
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

function planExtreme(
  op: Pick<Op<ReductionAttributes>, "outputs">,
  x: Spec,
  attrs: ReductionAttributes,
  flips: BitFlips,
): Plan {
  const entry = isFloat(x.dtype) ? "extremeFloats" : "extremeIntegers";
  const flip = flips[x.dtype as keyof BitFlips];
  return planReduction(x, op.outputs([x], attrs)[0]!, attrs.axes, ({ parameters, ...common }) =>
    planLaunch(makeWasmKernel(module, entry, reductionKernels), {
      ...common,
      parameters: { ...parameters, flip },
    }),
  );
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry<ReductionAttributes>("sum", ([x], attrs, _limits, _donated, op) =>
    planReduction(x!, op.outputs([x], attrs)[0]!, attrs.axes, ({ parameters, ...common }) =>
      isFloat(x!.dtype)
        ? planLaunch(makeWasmKernel(module, "sumFloats", reductionKernels), {
            ...common,
            parameters: { ...parameters, divisor: 1 },
          })
        : planLaunch(makeWasmKernel(module, "sumIntegers", reductionKernels), { ...common, parameters }),
    ),
  ),
  makePlanEntry<ReductionAttributes>("mean", ([x], attrs, _limits, _donated, op) => {
    const n = countReduced(x!.shape, attrs.axes);
    const [y] = op.outputs([x], attrs);
    return planReduction(x!, y!, attrs.axes, ({ parameters, ...common }, isLast) =>
      planLaunch(makeWasmKernel(module, "sumFloats", reductionKernels), {
        ...common,
        parameters: { ...parameters, divisor: isLast ? n : 1 },
      }),
    );
  }),
  makePlanEntry<ReductionAttributes>("product", ([x], attrs, _limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    return planReduction(x!, y!, attrs.axes, (common) =>
      planLaunch(makeWasmKernel(module, "multiplyFloats", reductionKernels), common),
    );
  }),
  makePlanEntry<ReductionAttributes>("max", ([x], attrs, _limits, _donated, op) =>
    planExtreme(op, x!, attrs, flipsOfMaximum),
  ),
  makePlanEntry<ReductionAttributes>("min", ([x], attrs, _limits, _donated, op) =>
    planExtreme(op, x!, attrs, flipsOfMinimum),
  ),
  makePlanEntry<MomentsAttributes>("moments", ([x], attrs) =>
    planMoments(x!, attrs, computeDivisor(x!.shape, attrs)),
  ),
];
