import { checkOptions } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, positiveInteger } from "../../checks/rules.ts";
import type { Activation } from "../matmul/epilogue.ts";
import type { ConvolutionAttributes, ConvolutionAxis, Pair } from "./convolution.ts";
import { countWindow } from "./convolution.ts";

/** A number for both dimensions, or one for each: [y, x]. */
export type NumberOrPair = number | Pair;

export interface ConvolutionOptions {
  /** Default 1. */
  readonly stride?: NumberOrPair;
  /**
   * The number of zeros on each side, "same" (the size of the output is that of the input divided by the stride) or
   * "valid" (none). Default 0.
   */
  readonly padding?: NumberOrPair | "same" | "valid";
  /** The distance between neighbouring taps of the filter. Default 1. */
  readonly dilation?: NumberOrPair;
  /** The number of groups of channels, each of which is convolved separately. Default 1. */
  readonly groups?: number;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/** `toPair` and `readPadding` check the values of the first three options, `makeEpilogue` that of the activation. */
export const convolutionRules: Rules<ConvolutionOptions> = {
  stride: anything,
  padding: anything,
  dilation: anything,
  groups: positiveInteger,
  activation: anything,
};

/** Throws ArgumentError unless the option is an integer of at least `least`, or a pair of such integers. */
export function toPair(operation: string, name: string, value: unknown, least: number): Pair {
  const pair = typeof value === "number" ? [value, value] : value;
  const isPair = Array.isArray(pair) && pair.length === 2;
  if (!isPair || ![...pair].every((size) => Number.isSafeInteger(size) && size >= least)) {
    throw new ArgumentError(
      `${operation}: ${name}: found ${JSON.stringify(value)}, expected an integer of at least ${least}, or a pair of them`,
    );
  }
  return pair as unknown as Pair;
}

/** The distances between windows and between taps, as pairs. */
export const readSpacing = (
  operation: string,
  { stride = 1, dilation = 1 }: Pick<ConvolutionOptions, "stride" | "dilation">,
): { stride: Pair; dilation: Pair } => ({
  stride: toPair(operation, "stride", stride, 1),
  dilation: toPair(operation, "dilation", dilation, 1),
});

/**
 * "same" follows TensorFlow and JAX: the output has ceil(size / stride) pixels, and if the number of zeros is odd, the
 * additional one is at the end.
 */
function readPadding(
  operation: string,
  padding: ConvolutionOptions["padding"] = 0,
  axes: readonly Omit<ConvolutionAxis, "before" | "after">[],
  sizes: Pair,
  taps: Pair,
): Pair[] {
  if (padding === "same") {
    return axes.map((axis, index) => {
      const outputs = Math.ceil(sizes[index]! / axis.stride);
      const window = countWindow({ ...axis, before: 0, after: 0 }, taps[index]!);
      const total = Math.max(0, (outputs - 1) * axis.stride + window - sizes[index]!);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const numbers = padding === "valid" ? 0 : padding;
  if (typeof numbers === "string") {
    throw new ArgumentError(`${operation}: padding: found "${numbers}", expected numbers, "same" or "valid"`);
  }
  return toPair(operation, "padding", numbers, 0).map((size) => [size, size] as const);
}

/** The attributes of a convolution of images of `sizes` with windows of `taps`, without the padding that no window reaches. */
export function readConvolutionAttributes(
  operation: string,
  sizes: Pair,
  taps: Pair,
  options: ConvolutionOptions,
): ConvolutionAttributes {
  checkOptions<ConvolutionOptions>(operation, options, convolutionRules);
  const { groups = 1 } = options;
  const { stride, dilation } = readSpacing(operation, options);
  const axes = ([0, 1] as const).map((index) => ({ stride: stride[index], dilation: dilation[index] }));
  const padding = readPadding(operation, options.padding, axes, sizes, taps).map(([before, after], index) => {
    const axis = { ...axes[index]!, before, after };
    const room = sizes[index]! + before + after - countWindow(axis, taps[index]!);
    return [before, room < 0 ? after : after - (room % axis.stride)] as const;
  });
  return { stride, padding: padding as unknown as readonly [Pair, Pair], dilation, groups };
}
