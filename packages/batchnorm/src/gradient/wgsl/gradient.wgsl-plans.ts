import type { Limits, Plan, PlanEntry, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { groupLayout, planFor } from "@evenkeel/tensor";
import { canStore } from "../../gpu/can-store.ts";
import { unitBytes } from "../../gpu/tile-launch.ts";
import type { Tiling } from "../../gpu/tiling.ts";
import { cutTiles, loadsInFlight, mostParts, tilingOf, uncut } from "../../gpu/tiling.ts";
import { layoutOf, valuesPerChannel } from "../../operands/layout.ts";
import { gradientAliases } from "../gradient-aliases.ts";
import type { GradientAttributes } from "../gradient-attributes.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientProblem } from "./gradient-shader-pass.ts";
import { mostKept, passLaunch, readsOf } from "./gradient-shader-pass.ts";

export const plans: readonly PlanEntry[] = [
  planFor<GradientAttributes>("normalizeGradient", shaderGradientPlan, { takesStored: canStore }),
];

/** One launch if a channel fits a workgroup; otherwise one for the sums of the parts and one that uses them. */
function shaderGradientPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const layout = layoutOf(shape, attrs.axis);
  const common = { aliases: gradientAliases(attrs, donated), groups: [[1, 2]] };
  if (layout.channels === 0) return { launches: [], temporaries: [], ...common };
  const tiling = tilingOf(layout);
  const problem = { tiling, attrs, values: valuesPerChannel(layout), target: { dtype, limits } };
  if (!tiling.fits) {
    const { launches, parts } = splitGradient(problem, inputs, common.aliases);
    return { launches, temporaries: [{ shape: [parts, 2, layout.channels], dtype: "f32" }], ...common };
  }
  const keeps = tiling.loads <= mostKept[tiling.unit];
  const writes = { dx, dParameters, dz: keepsDz(attrs) ? dz : undefined };
  const whole = passLaunch(problem, {
    ...{ entry: "gradient", cut: uncut(tiling), parts: 0, finishes: true, activation: attrs.activation },
    ...{ source: keeps ? "tile" : "tiles", loads: keeps ? tiling.loads : loadsInFlight },
    ...{ reads: readsOf(inputs, attrs, common.aliases, writes), writes, second: secondOf(tiling, limits) },
  });
  return { launches: [whole], temporaries: [], ...common };
}

const dx: Slot = { output: 0 };
/** dScale and dShift, which share one buffer. */
const dParameters: Slot = { output: 1 };
const dz: Slot = { output: 3 };

/** The offset of dShift, in units, in the buffer that it shares with dScale. */
function secondOf(tiling: Tiling, limits: Limits): number {
  const perChannel: Spec = { shape: [tiling.channels * (tiling.unit === "across" ? 4 : 1)], dtype: "f32" };
  const [, second] = groupLayout([perChannel, perChannel], limits).byteOffsets;
  return second! / unitBytes(tiling);
}

function splitGradient(
  problem: GradientProblem,
  inputs: readonly (Spec | undefined)[],
  aliases: readonly (readonly [output: number, input: number])[],
): { launches: PlannedLaunch[]; parts: number } {
  const { tiling, attrs } = problem;
  const { activation, ofBatch } = attrs;
  const { loads } = tiling;
  const cut = cutTiles(tiling, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const ofFirst = { dx: ofBatch ? undefined : dx, dz: keepsDz(attrs) ? dz : undefined, parts };
  const sums = passLaunch(problem, {
    ...{ entry: "gradientSums", cut, parts: 0, finishes: false, activation, source: "tiles", loads },
    ...{
      reads: readsOf(inputs, attrs, aliases, ofFirst),
      writes: ofFirst,
      second: secondOf(tiling, problem.target.limits),
    },
  });
  // With given statistics dx is complete, and only the sums remain to be added.
  const ofSecond = { dx: ofBatch ? dx : undefined, dParameters };
  const { y: _, ...reads } = readsOf(inputs, attrs, aliases, ofSecond);
  const masked = keepsDz(attrs) ? { dy: dz } : {};
  const second = passLaunch(problem, {
    ...{ entry: "gradient", parts: cut.splits, finishes: true, source: "parts", loads },
    ...{
      cut: ofBatch ? cutTiles(tiling, loads) : uncut(tiling),
      activation: keepsDz(attrs) ? "none" : activation,
    },
    reads: ofBatch ? { ...reads, ...masked, parts } : { statistics: reads.statistics, parts },
    ...{ writes: ofSecond, second: secondOf(tiling, problem.target.limits) },
  });
  return { launches: [sums, second], parts: cut.splits };
}
