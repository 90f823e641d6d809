import type { Limits, Plan, PlanEntry, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import { planFold, planMap } from "@evenkeel/tensor/wgsl";
import type { LineAttributes } from "../line-attributes.ts";
import { makeColumnsReducer, makeRowsMap } from "./rows-gradient.wgsl.ts";

/** The same launch in a plan that has other outputs and temporaries before its own. */
function moveSlots(launch: PlannedLaunch, outputs: number, temporaries: number): PlannedLaunch {
  if (launch.kind !== "kernel") return launch;
  const move = (slot: Slot | undefined): Slot | undefined => {
    if (slot === undefined || "input" in slot) return slot;
    return "output" in slot ? { output: slot.output + outputs } : { temporary: slot.temporary + temporaries };
  };
  return { ...launch, reads: launch.reads.map(move), writes: launch.writes.map(move) };
}

/** dx, line by line, then the sums of the columns. */
function planRowsGradient(
  [, x, , scale]: readonly (Spec | undefined)[],
  { epsilon, centered }: LineAttributes,
  limits: Limits,
): Plan {
  const [rows, width] = x!.shape as [number, number];
  const parameters = { rows, width, epsilon };
  const code = { centered, hasScale: scale !== undefined };
  const lines = { outer: rows, length: width, inner: 1 };
  const map = planMap(lines, makeRowsMap(code), limits, parameters);
  const sums = planFold(x!.shape, [0], makeColumnsReducer(code), limits, { parameters, isView: false });
  return {
    launches: [
      ...map.launches,
      ...sums.launches.map((launch) => moveSlots(launch, 1, map.temporaries.length)),
    ],
    temporaries: [...map.temporaries, ...sums.temporaries],
    aliases: [],
  };
}

export const plans: readonly PlanEntry[] = [
  makePlanEntry<LineAttributes>("normalizeRowsGradient", planRowsGradient),
];
