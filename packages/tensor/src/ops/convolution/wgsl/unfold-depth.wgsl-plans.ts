import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { DepthAttributes } from "../depth-attributes.ts";
import { writeFoldDepthKernel, writeUnfoldDepthKernel } from "./unfold-depth.wgsl.ts";

export const plans: readonly PlanEntry[] = (["unfoldDepth", "foldDepth"] as const).map((name) =>
  makePlanEntry<DepthAttributes>(name, ([x], attrs, limits, _donated, op) => {
    const [y] = op.outputs([x], attrs);
    const count = countElements(y!.shape);
    if (count === 0) return makePlan([]);
    const isUnfolding = name === "unfoldDepth";
    const volumes = (isUnfolding ? x : y)!;
    const kernel = isUnfolding ? writeUnfoldDepthKernel() : writeFoldDepthKernel();
    return makePlan([
      planLaunch(kernel, {
        reads: { x: { input: 0 } },
        writes: { y: { output: 0 } },
        parameters: {
          ...attrs,
          count,
          channels: volumes.shape[1]!,
          plane: countElements(volumes.shape.slice(3)),
        },
        work: { workgroups: foldInvocations(count, limits) },
      }),
    ]);
  }),
);
