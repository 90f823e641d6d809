import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { isTruth } from "../../../expression/dtype.ts";
import { makePlan } from "../../movement/view.ts";
import type { MaskedSoftmaxAttributes } from "../attributes.ts";
import { computeMaskWalk } from "../mask-walk.ts";
import { maskedSoftmaxKernels, maskKinds } from "./masked-softmax.kernels.ts";
import { module } from "./masked-softmax.wasm.ts";

/** One launch over rows. */
function planMaskedSoftmax(x: Spec, mask: Spec | undefined, attrs: MaskedSoftmaxAttributes): Plan {
  const { scale, causal } = attrs;
  const size = countElements(x.shape);
  if (size === 0) return makePlan([]);
  const length = x.shape.at(-1)!;
  const kind = mask === undefined ? "none" : isTruth(mask.dtype) ? "bool" : "bias";
  return makePlan([
    planLaunch(makeWasmKernel(module, "maskedSoftmax", maskedSoftmaxKernels), {
      reads: { x: { input: 0 }, mask: mask && { input: 1 } },
      writes: { y: { output: 0 } },
      parameters: {
        length,
        causalRows: causal ? x.shape.at(-2)! : 0,
        scale,
        kind: maskKinds[kind],
        ...computeMaskWalk(x.shape, mask?.shape),
      },
      // An exponential costs about as much as ten additions.
      work: { items: size / length, chunk: countItemsPerChunk(12 * length) },
    }),
  ]);
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry<MaskedSoftmaxAttributes>("maskedSoftmax", ([x, mask], attrs) =>
    planMaskedSoftmax(x!, mask, attrs),
  ),
];
