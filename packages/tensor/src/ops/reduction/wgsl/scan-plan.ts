import type { Limits } from "../../../core/devices/backend.ts";
import type { Plan } from "../../../core/op.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import type { CumulativeSumAttributes } from "../attributes.ts";
import { makeCumulativeSumSchema, writeCumulativeSumText } from "./cumulative-sum.wgsl.ts";
import { makeStatesSpec, planFoldLaunch } from "./fold-plan.ts";
import { cutLines } from "./line-cut.ts";
import { planLineLaunch } from "./line-launch.ts";
import { makeSumReducer } from "./sum.wgsl.ts";

/** One launch on a GPU, preceded by one for the sums of parts if a few long lines are divided into parts. */
export function planCumulativeSum(x: Spec, attrs: CumulativeSumAttributes, limits: Limits): Plan {
  if (countElements(x.shape) === 0) return makePlan([]);
  const cut = cutLines(computeLines(x.shape, attrs.axis));
  const isCut = cut.parts > 1;
  const states = { temporary: 0 };
  const scan = planLineLaunch(
    "cumulativeSum",
    makeCumulativeSumSchema(isFloat(x.dtype) ? "f32" : "u32"),
    cut,
    {
      reads: { states: isCut ? states : undefined, x: { input: 0 } },
      writes: { y: { output: 0 } },
      parameters: { reverse: Number(attrs.reverse), exclusive: Number(attrs.exclusive) },
    },
    { limits },
    writeCumulativeSumText,
  );
  if (!isCut) return makePlan([scan]);
  const reducer = makeSumReducer(x.dtype);
  const sums = planFoldLaunch(reducer, cut, { to: "states", writes: [states] }, {}, limits);
  return { launches: [sums, scan], temporaries: [makeStatesSpec(cut, reducer)], aliases: [] };
}
