import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { isTruth } from "../../../expression/dtype.ts";
import { computeLines } from "../../movement/lines.ts";
import { planMap } from "../../reduction/wgsl/fold-plan.ts";
import type { MaskedSoftmaxAttributes } from "../attributes.ts";
import { computeMaskWalk } from "../mask-walk.ts";
import { makeMaskedSoftmaxMap } from "./masked-softmax.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<MaskedSoftmaxAttributes>("maskedSoftmax", ([x, mask], { scale, causal }, limits) => {
    const kind = mask === undefined ? "none" : isTruth(mask.dtype) ? "bool" : "bias";
    return planMap(computeLines(x!.shape, x!.shape.length - 1), makeMaskedSoftmaxMap(kind, causal), limits, {
      scale,
      causalRows: causal ? x!.shape.at(-2)! : 0,
      ...computeMaskWalk(x!.shape, mask?.shape),
    });
  }),
];
