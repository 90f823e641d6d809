import type { PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import type { TileTarget } from "../../gpu/tile-launch.ts";
import { tileLaunch } from "../../gpu/tile-launch.ts";
import type { Cut, Tiling } from "../../gpu/tiling.ts";
import { activationParameters } from "../../pre-activation/activation.ts";
import type { GradientAttributes } from "../gradient-attributes.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientCode } from "./gradient.wgsl.ts";
import { gradientCode } from "./gradient.wgsl.ts";

/** One pass: its operands and what it does with them. */
export interface GradientPass extends Pick<GradientCode, "loads" | "source" | "finishes" | "activation"> {
  readonly entry: string;
  readonly cut: Cut;
  /** The number of parts that it reads. */
  readonly parts: number;
  readonly reads: { readonly [name: string]: Slot | undefined };
  readonly writes: { readonly [name: string]: Slot | undefined };
  /** The offset of dShift behind dScale, in units. */
  readonly second?: number;
}

export interface GradientProblem {
  readonly tiling: Tiling;
  readonly attrs: GradientAttributes;
  /** Of each channel. */
  readonly values: number;
  readonly target: TileTarget;
}

/** A launch over the tiles of a problem. */
export function passLaunch(
  { tiling, attrs, values, target }: GradientProblem,
  pass: GradientPass,
): PlannedLaunch {
  const { entry, cut, parts, reads, writes, second = 0 } = pass;
  return tileLaunch(
    entry,
    tiling,
    cut,
    { reads, writes },
    {
      ...{ parts, epsilon: attrs.epsilon, slope: activationParameters(attrs.activation).slope },
      ...{ second, count: Math.max(1, values) },
    },
    (setting) => gradientCode({ ...pass, unit: tiling.unit, ofBatch: attrs.ofBatch }, setting),
    target,
  );
}

/** The operands that a pass reads. An input whose memory it overwrites is not bound a second time. */
export function readsOf(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientAttributes,
  aliases: readonly (readonly [output: number, input: number])[],
  writes: GradientPass["writes"],
): GradientPass["reads"] {
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

/** How many loads of both dy and x a lane can keep in registers. */
export const mostKept = { single: 16, along: 8, across: 8 } as const;
