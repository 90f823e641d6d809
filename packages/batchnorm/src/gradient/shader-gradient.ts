import type { Limits, Plan, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { groupLayout } from "@evenkeel/tensor";
import { activationParameters } from "../activation.ts";
import { tileLaunch, unitBytes } from "../kernels/tile-launch.ts";
import type { Cut, Tiling } from "../kernels/tiling.ts";
import { cutOf, loadsInFlight, mostParts, tilingOf, uncut } from "../kernels/tiling.ts";
import { layoutOf, valuesPerChannel } from "../layout.ts";
import type { GradientCode } from "./gradient.wgsl.ts";
import { gradientCode } from "./gradient.wgsl.ts";
import type { GradientAttributes } from "./gradient-plan.ts";
import { keepsDz } from "./gradient-plan.ts";

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
  readonly limits: Limits;
}

function passLaunch({ tiling, attrs, values, limits }: Problem, pass: Pass): PlannedLaunch {
  const { entry, cut, parts, reads, writes } = pass;
  const perChannel: Spec = { shape: [tiling.channels * (tiling.unit === "across" ? 4 : 1)], dtype: "f32" };
  const [, second] = groupLayout([perChannel, perChannel], limits).byteOffsets;
  return tileLaunch(
    entry,
    tiling,
    cut,
    { reads, writes },
    {
      ...{ parts, epsilon: attrs.epsilon, slope: activationParameters(attrs.activation)[1] },
      ...{ second: second! / unitBytes(tiling), count: Math.max(1, values) },
    },
    (names) => gradientCode({ ...pass, unit: tiling.unit, ofBatch: attrs.ofBatch }, names),
    limits,
  );
}

/** One launch where a channel fits a workgroup; else one for the sums of the parts, and one that uses them. */
export function shaderGradientPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  limits: Limits,
): Plan {
  const layout = layoutOf(inputs[1]!.shape, attrs.axis);
  const groups = [[1, 2]];
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases: [], groups };
  const tiling = tilingOf(layout);
  const { activation, ofBatch } = attrs;
  const problem = { tiling, attrs, values: valuesPerChannel(layout), limits };
  const input = (index: number): Slot | undefined => (inputs[index] ? { input: index } : undefined);
  const dz: Slot | undefined = keepsDz(attrs) ? { output: 3 } : undefined;
  const shift = activation === "none" || dz ? undefined : input(4);
  const statistics: Slot = { input: 2 };
  const affine = { statistics, scale: input(3), shift };
  const all = { dy: input(0), x: input(1), ...affine, y: dz && input(5) };
  const dParameters: Slot = { output: 1 };
  const dx: Slot = { output: 0 };
  if (tiling.fits) {
    const keeps = tiling.loads <= mostKept[tiling.unit];
    const whole = passLaunch(problem, {
      ...{ entry: "gradient", cut: uncut(tiling), parts: 0, finishes: true, activation },
      ...{ source: keeps ? "tile" : "tiles", loads: keeps ? tiling.loads : loadsInFlight },
      ...{ reads: all, writes: { dx, dParameters, dz } },
    });
    return { launches: [whole], temporaries: [], aliases: [], groups };
  }
  const { loads } = tiling;
  const cut = cutOf(tiling, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const sums = passLaunch(problem, {
    ...{ entry: "gradientSums", cut, parts: 0, finishes: false, activation, source: "tiles", loads },
    ...{ reads: all, writes: { dx: ofBatch ? undefined : dx, dz, parts } },
  });
  // Where statistics are given, dx is complete, and nothing but the sums is left.
  const second = passLaunch(problem, {
    ...{ entry: "gradient", parts: cut.splits, finishes: true, source: "parts", loads },
    ...{ cut: ofBatch ? cutOf(tiling, loads) : uncut(tiling), activation: dz ? "none" : activation },
    reads: ofBatch ? { dy: dz ?? input(0), x: input(1), ...affine, parts } : { statistics, parts },
    writes: { dx: ofBatch ? dx : undefined, dParameters },
  });
  return {
    launches: [sums, second],
    temporaries: [{ shape: [cut.splits, 2, layout.channels], dtype: "f32" }],
    aliases: [],
    groups,
  };
}

/** Loads that a lane can keep twice: of dy and of x. */
const mostKept = { single: 16, along: 8, across: 8 } as const;
