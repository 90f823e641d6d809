import type { Limits } from "../../../core/devices/backend.ts";
import type { Plan } from "../../../core/op.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { CumulativeSumAttributes } from "../attributes.ts";
import { cumulativeSumSchema, cumulativeSumText } from "./cumulative-sum.wgsl.ts";
import { foldLaunch, statesOf } from "./fold-plan.ts";
import { cutLines } from "./line-cut.ts";
import { lineLaunch } from "./line-launch.ts";
import { sumReducer } from "./sum.wgsl.ts";

/** One launch on a GPU, preceded by one for the sums of parts if a few long lines are divided into parts. */
export function cumulativeSumPlan(x: Spec, attrs: CumulativeSumAttributes, limits: Limits): Plan {
  if (sizeOf(x.shape) === 0) return launchesOnly([]);
  const cut = cutLines(linesAlong(x.shape, attrs.axis));
  const isCut = cut.parts > 1;
  const states = { temporary: 0 };
  const scan = lineLaunch(
    "cumulativeSum",
    cumulativeSumSchema(isFloat(x.dtype) ? "f32" : "u32"),
    cut,
    {
      reads: { states: isCut ? states : undefined, x: { input: 0 } },
      writes: { y: { output: 0 } },
      parameters: { reverse: Number(attrs.reverse), exclusive: Number(attrs.exclusive) },
    },
    { limits },
    cumulativeSumText,
  );
  if (!isCut) return launchesOnly([scan]);
  const reducer = sumReducer(x.dtype);
  const sums = foldLaunch(reducer, cut, { to: "states", writes: [states] }, {}, limits);
  return { launches: [sums, scan], temporaries: [statesOf(cut, reducer)], aliases: [] };
}
