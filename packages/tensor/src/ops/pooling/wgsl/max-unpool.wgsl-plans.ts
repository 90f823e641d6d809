import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { PlanEntry } from "../../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../../core/plans/plan-tables.ts";
import { countElements } from "../../../core/spec.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import type { UnpoolAttributes } from "../attributes.ts";
import { makeUnpoolCheck } from "../unpool-check.ts";
import { writeClearWinnersKernel, writeFindWinnersKernel, writeMaxUnpoolKernel } from "./max-unpool.wgsl.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<UnpoolAttributes>("maxUnpool", ([x], { sizes }, limits, _donated, op) => {
    const [y] = op.outputs([x, { ...x!, dtype: "i32" }], { sizes });
    const [all, maxima] = [countElements(y!.shape), countElements(x!.shape)];
    if (all === 0) return makePlan([]);
    const winners = { temporary: 0 };
    const work = { workgroups: foldInvocations(all, limits) };
    return {
      launches: [
        planLaunch(writeClearWinnersKernel(), {
          reads: {},
          writes: { winners },
          parameters: { count: all },
          work,
        }),
        planLaunch(writeFindWinnersKernel(), {
          reads: { indices: { input: 1 } },
          writes: { winners },
          parameters: {
            count: maxima,
            maxima: countElements(x!.shape.slice(-sizes.length)),
            size: countElements(sizes),
          },
          work: { workgroups: foldInvocations(maxima, limits) },
          check: makeUnpoolCheck(sizes),
        }),
        planLaunch(writeMaxUnpoolKernel(), {
          reads: { x: { input: 0 }, winners },
          writes: { y: { output: 0 } },
          parameters: { count: all },
          work,
        }),
      ],
      temporaries: [{ shape: [all], dtype: "i32" }],
      aliases: [],
    };
  }),
];
