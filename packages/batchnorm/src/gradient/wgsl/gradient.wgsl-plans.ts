import type { Limits, Plan, PlanEntry, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { computeGroupLayout, makePlanEntry } from "@evenkeel/tensor";
import type { LineTiles } from "@evenkeel/tensor/wgsl";
import { cutTiles, loadsInFlight, makeUncut, mostParts } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { countBytesPerLine, planTiles } from "../../gpu/channel-tiles.ts";
import { computeLayout, countValuesPerChannel } from "../../operands/layout.ts";
import { listGradientAliases } from "../gradient-aliases.ts";
import type { GradientAttributes } from "../gradient-attributes.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientProblem } from "./gradient-shader-pass.ts";
import { listReads, mostKept, planPassLaunch } from "./gradient-shader-pass.ts";

export const plans: readonly PlanEntry[] = [
  makePlanEntry<GradientAttributes>("normalizeGradient", planShaderGradient, { takesStored: canStore }),
];

/** One launch if a channel fits a workgroup; otherwise one for the sums of the parts and one that uses them. */
function planShaderGradient(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const layout = computeLayout(shape, attrs.axis);
  const common = { aliases: listGradientAliases(attrs, donated), groups: [[1, 2]] };
  if (layout.channels === 0) return { launches: [], temporaries: [], ...common };
  const tiles = planTiles(layout);
  const problem = { tiles, attrs, values: countValuesPerChannel(layout), target: { dtype, limits } };
  if (!tiles.fits) {
    const { launches, parts } = splitGradient(problem, inputs, common.aliases);
    return { launches, temporaries: [{ shape: [parts, 2, layout.channels], dtype: "f32" }], ...common };
  }
  const keeps = tiles.loads <= mostKept[tiles.layout];
  const writes = { dx, dParameters, dz: keepsDz(attrs) ? dz : undefined };
  const whole = planPassLaunch(problem, {
    entry: "gradient",
    cut: makeUncut(tiles),
    parts: 0,
    finishes: true,
    activation: attrs.activation,
    source: keeps ? "tile" : "tiles",
    loads: keeps ? tiles.loads : loadsInFlight,
    reads: listReads(inputs, attrs, common.aliases, writes),
    writes,
    second: findSecondOffset(tiles, limits),
  });
  return { launches: [whole], temporaries: [], ...common };
}

const dx: Slot = { output: 0 };
/** dScale and dShift, which share one buffer. */
const dParameters: Slot = { output: 1 };
const dz: Slot = { output: 3 };

/** The offset of dShift, in units, in the buffer that it shares with dScale. */
function findSecondOffset(tiles: LineTiles, limits: Limits): number {
  const perChannel: Spec = { shape: [tiles.lines * (tiles.layout === "across" ? 4 : 1)], dtype: "f32" };
  const [, second] = computeGroupLayout([perChannel, perChannel], limits).byteOffsets;
  return second! / countBytesPerLine(tiles);
}

function splitGradient(
  problem: GradientProblem,
  inputs: readonly (Spec | undefined)[],
  aliases: readonly (readonly [output: number, input: number])[],
): { launches: PlannedLaunch[]; parts: number } {
  const { tiles, attrs } = problem;
  const { activation, ofBatch } = attrs;
  const { loads } = tiles;
  const cut = cutTiles(tiles, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const ofFirst = { dx: ofBatch ? undefined : dx, dz: keepsDz(attrs) ? dz : undefined, parts };
  const sums = planPassLaunch(problem, {
    entry: "gradientSums",
    cut,
    parts: 0,
    finishes: false,
    activation,
    source: "tiles",
    loads,
    reads: listReads(inputs, attrs, aliases, ofFirst),
    writes: ofFirst,
    second: findSecondOffset(tiles, problem.target.limits),
  });
  // With given statistics dx is complete, and only the sums remain to be added.
  const ofSecond = { dx: ofBatch ? dx : undefined, dParameters };
  const { y: _, ...reads } = listReads(inputs, attrs, aliases, ofSecond);
  const masked = keepsDz(attrs) ? { dy: dz } : {};
  const second = planPassLaunch(problem, {
    entry: "gradient",
    parts: cut.parts,
    finishes: true,
    source: "parts",
    loads,
    cut: ofBatch ? cutTiles(tiles, loads) : makeUncut(tiles),
    activation: keepsDz(attrs) ? "none" : activation,
    reads: ofBatch ? { ...reads, ...masked, parts } : { statistics: reads.statistics, parts },
    writes: ofSecond,
    second: findSecondOffset(tiles, problem.target.limits),
  });
  return { launches: [sums, second], parts: cut.parts };
}
