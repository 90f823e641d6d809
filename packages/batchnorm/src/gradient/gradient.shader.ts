import type { Limits, Plan, PlannedLaunch, PlanOf, Slot, Spec } from "@evenkeel/tensor";
import { groupLayout } from "@evenkeel/tensor";
import { storedPlan } from "../gpu/stored-plan.ts";
import type { TileTarget } from "../gpu/tile-launch.ts";
import { tileLaunch, unitBytes } from "../gpu/tile-launch.ts";
import type { Cut, Tiling } from "../gpu/tiling.ts";
import { cutOf, loadsInFlight, mostParts, tilingOf, uncut } from "../gpu/tiling.ts";
import { layoutOf, valuesPerChannel } from "../operands/layout.ts";
import { activationParameters } from "../pre-activation/activation.ts";
import { normalizeGradientOp } from "./gradient.ts";
import type { GradientCode } from "./gradient.wgsl.ts";
import { gradientCode } from "./gradient.wgsl.ts";
import type { GradientAttributes } from "./gradient-plan.ts";
import { gradientAliases, keepsDz } from "./gradient-plan.ts";

export { normalizeGradientOp as op };
export const takesHalves = true;
export const plan: PlanOf<GradientAttributes> = storedPlan(normalizeGradientOp, shaderGradientPlan);

/** What one of the passes has of the operands, and does. */
interface Pass extends Pick<GradientCode, "loads" | "source" | "finishes" | "activation"> {
  readonly entry: string;
  readonly cut: Cut;
  /** Of the parts that it reads. */
  readonly parts: number;
  readonly reads: { readonly [name: string]: Slot | undefined };
  readonly writes: { readonly [name: string]: Slot | undefined };
}

interface Problem {
  readonly tiling: Tiling;
  readonly attrs: GradientAttributes;
  readonly values: number;
  readonly target: TileTarget;
}

function passLaunch({ tiling, attrs, values, target }: Problem, pass: Pass): PlannedLaunch {
  const { entry, cut, parts, reads, writes } = pass;
  const perChannel: Spec = { shape: [tiling.channels * (tiling.unit === "across" ? 4 : 1)], dtype: "f32" };
  const [, second] = groupLayout([perChannel, perChannel], target.limits).byteOffsets;
  return tileLaunch(
    entry,
    tiling,
    cut,
    { reads, writes },
    {
      ...{ parts, epsilon: attrs.epsilon, slope: activationParameters(attrs.activation)[1] },
      ...{ second: second! / unitBytes(tiling), count: Math.max(1, values) },
    },
    (setting) => gradientCode({ ...pass, unit: tiling.unit, ofBatch: attrs.ofBatch }, setting),
    target,
  );
}

/** The operands of a pass that writes `writes`: what lies in the memory of one of those is not read beside it. */
function readsOf(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  aliases: readonly (readonly [output: number, input: number])[],
  writes: Pass["writes"],
): Pass["reads"] {
  const isWritten = (output: number): boolean => writes[output === 0 ? "dx" : "dz"] !== undefined;
  const written = aliases.flatMap(([output, input]) => (isWritten(output) ? [input] : []));
  const input = (index: number): Slot | undefined =>
    inputs[index] && !written.includes(index) ? { input: index } : undefined;
  const signsOfY = keepsDz(attrs);
  return {
    ...{ dy: input(0), x: input(1), statistics: input(2), scale: input(3) },
    shift: signsOfY || attrs.activation === "none" ? undefined : input(4),
    y: signsOfY ? input(5) : undefined,
  };
}

/** Loads that a lane can keep twice: of dy and of x. */
const mostKept = { single: 16, along: 8, across: 8 } as const;

/** One launch where a channel fits a workgroup; else one for the sums of the parts, and one that uses them. */
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
    ...{ reads: readsOf(inputs, attrs, common.aliases, writes), writes },
  });
  return { launches: [whole], temporaries: [], ...common };
}

const dx: Slot = { output: 0 };
/** dScale and dShift, which share their memory. */
const dParameters: Slot = { output: 1 };
const dz: Slot = { output: 3 };

function splitGradient(
  problem: Problem,
  inputs: readonly (Spec | undefined)[],
  aliases: readonly (readonly [output: number, input: number])[],
): { launches: PlannedLaunch[]; parts: number } {
  const { tiling, attrs } = problem;
  const { activation, ofBatch } = attrs;
  const { loads } = tiling;
  const cut = cutOf(tiling, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const ofFirst = { dx: ofBatch ? undefined : dx, dz: keepsDz(attrs) ? dz : undefined, parts };
  const sums = passLaunch(problem, {
    ...{ entry: "gradientSums", cut, parts: 0, finishes: false, activation, source: "tiles", loads },
    ...{ reads: readsOf(inputs, attrs, aliases, ofFirst), writes: ofFirst },
  });
  // Where statistics are given, dx is complete, and nothing but the sums is left.
  const ofSecond = { dx: ofBatch ? dx : undefined, dParameters };
  const { y: _, ...reads } = readsOf(inputs, attrs, aliases, ofSecond);
  const masked = keepsDz(attrs) ? { dy: dz } : {};
  const second = passLaunch(problem, {
    ...{ entry: "gradient", parts: cut.splits, finishes: true, source: "parts", loads },
    ...{
      cut: ofBatch ? cutOf(tiling, loads) : uncut(tiling),
      activation: keepsDz(attrs) ? "none" : activation,
    },
    reads: ofBatch ? { ...reads, ...masked, parts } : { statistics: reads.statistics, parts },
    writes: ofSecond,
  });
  return { launches: [sums, second], parts: cut.splits };
}
