import type { Limits, Plan, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import type { Grid } from "../cpu/grid.ts";
import { gridOf } from "../cpu/grid.ts";
import { kernelOf } from "../kernels/kernel.ts";
import { layoutOf, valuesPerChannel } from "../operands/layout.ts";
import { activationParameters } from "../pre-activation/activation.ts";
import type { NormalizationAttributes } from "../pre-activation/attributes.ts";

export interface GradientAttributes extends NormalizationAttributes {
  /** Whether the statistics are those of x, so that dx flows through them too. */
  readonly ofBatch: boolean;
}

/** Whether dz, the gradient before the activation, is an output of its own: the gradient of the residual. */
export const keepsDz = ({ activation, residual }: GradientAttributes): boolean =>
  residual && activation !== "none";

interface Pass {
  readonly partials?: Slot | undefined;
  readonly sums?: Slot | undefined;
  readonly writesDx: boolean;
  readonly writesParameters: boolean;
  readonly items: number;
}

/** dz takes the memory of a donated dy, and dx that of x; without dz, dx takes that of either. */
export function gradientAliases(attrs: GradientAttributes, donated: readonly boolean[]): [number, number][] {
  const [dy, x] = [0, 1];
  const ofDx = !keepsDz(attrs) && donated[dy] ? dy : donated[x] ? x : undefined;
  const aliases: [number, number][] = ofDx === undefined ? [] : [[0, ofDx]];
  return keepsDz(attrs) && donated[dy] ? [...aliases, [3, dy]] : aliases;
}

/** One launch where an item holds a whole channel; else one for the sums of the parts, and one that uses them. */
export function gradientPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const x = inputs[1]!;
  const layout = layoutOf(x.shape, attrs.axis);
  const grid = gridOf(layout);
  const items = grid.parts * grid.blocks;
  const aliases = gradientAliases(attrs, donated);
  const launch = (pass: Pass): PlannedLaunch =>
    gradientLaunch(grid, inputs, attrs, attrs.ofBatch ? valuesPerChannel(layout) : 0, pass, aliases, limits);
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases };
  if (grid.parts === 1) {
    return {
      launches: [launch({ writesDx: true, writesParameters: true, items })],
      temporaries: [],
      aliases,
    };
  }
  const parts: Slot = { temporary: 0 };
  return {
    launches: [
      launch({ sums: parts, writesDx: !attrs.ofBatch, writesParameters: false, items }),
      // Given statistics leave nothing but the sums to be finished: the first part's items see to that.
      launch({
        partials: parts,
        writesDx: attrs.ofBatch,
        writesParameters: true,
        items: attrs.ofBatch ? items : grid.blocks,
      }),
    ],
    temporaries: [{ shape: [grid.parts, 2, layout.channels], dtype: "f32" }],
    aliases,
  };
}

function gradientLaunch(
  grid: Grid,
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  count: number,
  { partials, sums, writesDx, writesParameters, items }: Pass,
  aliases: readonly (readonly [output: number, input: number])[],
  limits: Limits,
): PlannedLaunch {
  const written = aliases.flatMap(([output, input]) => (output !== 0 || writesDx ? [input] : []));
  // What is read and written stands among the writes only.
  const input = (index: number): Slot | undefined =>
    inputs[index] && !written.includes(index) ? { input: index } : undefined;
  const y = keepsDz(attrs) ? input(5) : undefined;
  return {
    kind: "kernel",
    kernel: kernelOf(`${grid.form}Gradient`, limits),
    reads: [input(0), input(1), input(2), input(3), input(4), y, partials],
    writes: [
      writesDx ? { output: 0 } : undefined,
      writesParameters ? { output: 1 } : undefined,
      writesParameters ? { output: 2 } : undefined,
      keepsDz(attrs) ? { output: 3 } : undefined,
      sums,
    ],
    parameters: [
      ...grid.parameters,
      grid.parts,
      count,
      attrs.epsilon,
      ...activationParameters(attrs.activation),
    ],
    work: {
      items,
      chunk: grid.chunk,
      // Moments of a channel, and a cell for each; three coefficients and two sums of each column.
      scratchBytes: 5 * grid.arrayBytes + 32 + 80 * grid.channelsPerItem,
    },
  };
}
