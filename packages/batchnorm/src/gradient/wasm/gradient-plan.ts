import type { Limits, Plan, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { planLaunch } from "@evenkeel/tensor";
import type { Grid } from "../../cpu/grid.ts";
import { planGrid } from "../../cpu/grid.ts";
import { makeCpuKernel } from "../../cpu-kernel.ts";
import { computeLayout, countValuesPerChannel } from "../../operands/layout.ts";
import { encodeActivation } from "../../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import {
  listGradientAliases,
  listGradientApplyAliases,
  listGradientSumsAliases,
} from "../gradient-aliases.ts";
import type { GradientApplyAttributes, GradientAttributes } from "../gradient-attributes.ts";
import { keepsDz } from "../gradient-attributes.ts";
import { gradientKernels } from "./gradient.kernels.ts";

type Specs = readonly (Spec | undefined)[];

/** An output that lies in the memory of an input. */
type Alias = readonly [output: number, input: number];

interface GradientReads {
  readonly dy?: Slot | undefined;
  readonly x?: Slot | undefined;
  readonly statistics?: Slot | undefined;
  readonly scale?: Slot | undefined;
  readonly shift?: Slot | undefined;
  readonly y?: Slot | undefined;
  /** The sums of parts, or dScale and dShift of the whole batch where the number of parts is 0. */
  readonly partials?: Slot | undefined;
}

interface GradientWrites {
  readonly dx?: Slot | undefined;
  /** If dShift is absent, a second row of dScale takes its place. */
  readonly dScale?: Slot | undefined;
  readonly dShift?: Slot | undefined;
  readonly dz?: Slot | undefined;
  /** The sums of each part. */
  readonly sums?: Slot | undefined;
}

interface Pass {
  readonly reads: GradientReads;
  readonly writes: GradientWrites;
  readonly items: number;
  readonly parts: number;
  /** The number of values that the statistics cover, or 0 if they do not depend on x. */
  readonly count: number;
}

const [dx, dScale, dShift]: Slot[] = [{ output: 0 }, { output: 1 }, { output: 2 }];

/** The operands that a launch reads. An input whose memory it overwrites is listed among the writes only. */
function listReads(inputs: Specs, readsY: boolean, aliases: readonly Alias[]): GradientReads {
  const input = (index: number): Slot | undefined =>
    inputs[index] && !aliases.some(([, written]) => written === index) ? { input: index } : undefined;
  return {
    dy: input(0),
    x: input(1),
    statistics: input(2),
    scale: input(3),
    shift: input(4),
    y: readsY ? input(5) : undefined,
  };
}

/** One launch if an item holds a whole channel; otherwise one for the sums of the parts and one that uses them. */
export function planGradient(
  inputs: Specs,
  attrs: GradientAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const layout = computeLayout(inputs[1]!.shape, attrs.axis);
  const grid = planGrid(layout);
  const { parts, blocks } = grid;
  const aliases = listGradientAliases(attrs, donated);
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases };
  const count = attrs.ofBatch ? countValuesPerChannel(layout) : 0;
  const dz: Slot | undefined = keepsDz(attrs) ? { output: 3 } : undefined;
  const reads = (writesDx: boolean): GradientReads =>
    listReads(
      inputs,
      keepsDz(attrs),
      aliases.filter(([output]) => output !== 0 || writesDx),
    );
  const launch = (pass: Pick<Pass, "reads" | "writes" | "items">): PlannedLaunch =>
    planGradientLaunch(grid, { ...pass, parts, count }, attrs, limits);
  if (parts === 1) {
    const whole = launch({ reads: reads(true), writes: { dx, dScale, dShift, dz }, items: blocks });
    return { launches: [whole], temporaries: [], aliases };
  }
  const partials: Slot = { temporary: 0 };
  const { ofBatch } = attrs;
  return {
    launches: [
      launch({
        reads: reads(!ofBatch),
        writes: { dx: ofBatch ? undefined : dx, dz, sums: partials },
        items: parts * blocks,
      }),
      // With given statistics only the sums remain to be added, which the items of the first part do.
      launch({
        reads: { ...reads(ofBatch), partials },
        writes: { dx: ofBatch ? dx : undefined, dScale, dShift, dz },
        items: ofBatch ? parts * blocks : blocks,
      }),
    ],
    temporaries: [{ shape: [parts, 2, layout.channels], dtype: "f32" }],
    aliases,
  };
}

/** The first pass alone, and a launch that adds the sums of parts where channels are cut into parts. */
export function planGradientSums(
  inputs: Specs,
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const layout = computeLayout(inputs[1]!.shape, attrs.axis);
  const grid = planGrid(layout);
  const { parts, blocks } = grid;
  const aliases = listGradientSumsAliases(attrs, donated);
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases };
  const reads = listReads(inputs, keepsDz(attrs), aliases);
  const dz: Slot | undefined = keepsDz(attrs) ? { output: 1 } : undefined;
  const complete: GradientWrites = { dScale: { output: 0 } };
  const launch = (pass: Pick<Pass, "reads" | "writes" | "items">): PlannedLaunch =>
    planGradientLaunch(grid, { ...pass, parts, count: 0 }, attrs, limits);
  if (parts === 1) {
    const whole = launch({ reads, writes: { ...complete, dz }, items: blocks });
    return { launches: [whole], temporaries: [], aliases };
  }
  const partials: Slot = { temporary: 0 };
  return {
    launches: [
      launch({ reads, writes: { dz, sums: partials }, items: parts * blocks }),
      launch({ reads: { statistics: reads.statistics, partials }, writes: complete, items: blocks }),
    ],
    temporaries: [{ shape: [parts, 2, layout.channels], dtype: "f32" }],
    aliases,
  };
}

/** The second pass alone. */
export function planGradientApply(
  inputs: Specs,
  attrs: GradientApplyAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape } = inputs[1]!;
  const layout = computeLayout(shape, attrs.axis);
  const grid = planGrid(layout, true);
  const aliases = listGradientApplyAliases(donated);
  if (shape.includes(0)) return { launches: [], temporaries: [], aliases };
  const pass: Pass = {
    reads: { ...listReads(inputs, false, aliases), partials: { input: 5 } },
    writes: { dx },
    items: grid.parts * grid.blocks,
    parts: 0,
    count: countValuesPerChannel(layout),
  };
  return { launches: [planGradientLaunch(grid, pass, attrs, limits)], temporaries: [], aliases };
}

function planGradientLaunch(
  grid: Grid,
  { reads, writes, items, parts, count }: Pass,
  { epsilon, activation }: GradientApplyAttributes,
  limits: Limits,
): PlannedLaunch {
  const { dy, x, statistics, scale, shift, y, partials } = reads;
  const { dx, dScale, dShift, dz, sums } = writes;
  const named = {
    reads: { dy, x, statistics, scale, shift, y, partials },
    writes: { dx, dScale, dShift, dz, sums },
    work: {
      items,
      chunk: grid.chunk,
      // Moments of two channels, and a cell for each; three coefficients and two sums of each column.
      scratchBytes: 5 * grid.arrayBytes + 48 + 80 * grid.parameters.channelsPerItem,
    },
  };
  const own = { parts, count, epsilon, ...encodeActivation(activation) };
  return grid.form === "planar"
    ? planLaunch(makeCpuKernel("planarGradient", gradientKernels, limits), {
        ...named,
        parameters: { ...grid.parameters, ...own },
      })
    : planLaunch(makeCpuKernel("interleavedGradient", gradientKernels, limits), {
        ...named,
        parameters: { ...grid.parameters, ...own },
      });
}
