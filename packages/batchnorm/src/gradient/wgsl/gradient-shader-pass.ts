import type { PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import type { LineCut, LineTiles } from "@evenkeel/tensor/wgsl";
import { allBits } from "../../gpu/channel.wgsl.ts";
import type { ChannelTarget } from "../../gpu/channel-launch.ts";
import { planChannelLaunch } from "../../gpu/channel-launch.ts";
import { encodeActivation } from "../../pre-activation/activation.ts";
import type { GradientAttributes } from "../gradient-attributes.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientCode, GradientOperand } from "./gradient.wgsl.ts";
import { gradientSchema, writeGradientText } from "./gradient.wgsl.ts";

/** One pass: its operands and its computation. */
export interface GradientPass extends Pick<GradientCode, "loads" | "source" | "finishes" | "activation"> {
  readonly entry: string;
  readonly cut: LineCut;
  /** The number of parts that it reads. */
  readonly parts: number;
  readonly reads: { readonly [Name in GradientOperand]?: Slot | undefined };
  readonly writes: { readonly [Name in GradientOperand]?: Slot | undefined };
  /** The offset of dShift from dScale, in units. */
  readonly second?: number;
}

export interface GradientProblem {
  readonly tiles: LineTiles;
  readonly attrs: GradientAttributes;
  /** The number of values of each channel. */
  readonly values: number;
  readonly target: ChannelTarget;
}

/** A launch over the channels of a problem. */
export function planPassLaunch(
  { attrs, values, target }: GradientProblem,
  pass: GradientPass,
): PlannedLaunch {
  const { entry, cut, parts, reads, writes, second = 0 } = pass;
  const { epsilon, activation, ofBatch } = attrs;
  const { slope } = encodeActivation(activation);
  return planChannelLaunch(
    entry,
    gradientSchema,
    cut,
    {
      reads,
      writes,
      parameters: { epsilon, bits: allBits, partsRead: parts, second, slope, count: Math.max(1, values) },
    },
    target,
    (setting) => writeGradientText({ ...pass, ofBatch }, setting),
  );
}

/** The operands that a pass reads. An input whose memory it overwrites is not bound a second time. */
export function listReads(
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
    dy: input(0),
    x: input(1),
    statistics: input(2),
    scale: input(3),
    shift: signsOfY || attrs.activation === "none" ? undefined : input(4),
    y: signsOfY ? input(5) : undefined,
  };
}

/** The number of loads of both dy and x that a lane can keep in registers. */
export const mostKept = { single: 16, along: 8, across: 8 } as const;
