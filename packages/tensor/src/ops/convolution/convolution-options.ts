import { checkOptions, checkValue } from "../../checks/check.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, listOf, nonNegativeInteger, perDimension, positiveInteger } from "../../checks/rules.ts";
import type { Activation } from "../matmul/epilogue.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { countWindow } from "./convolution.ts";
import type { Margin, Padding, PerDimension, Rank } from "./window-options.ts";
import { computeSameMargin, isSamePadding, paddingRule, readExtent, toMargins } from "./window-options.ts";

/** A number for both dimensions, or one for each: [y, x]. */
export type NumberOrPair = PerDimension<number, 2>;

/** Options of all kinds of convolutions. Numbers are for all spatial dimensions, or there is one for each. */
export interface SharedOptions<Dimensions extends Rank> {
  /** The distance between neighbouring taps of the filter. Default 1. */
  readonly dilation?: PerDimension<number, Dimensions>;
  /** The number of groups of channels, each of which is convolved separately. Default 1. */
  readonly groups?: number;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

export interface ConvolutionOptions<Dimensions extends Rank = 2> extends SharedOptions<Dimensions> {
  /** The distance between neighbouring windows. Default 1. */
  readonly stride?: PerDimension<number, Dimensions>;
  /**
   * The number of zeros on all sides; for each dimension the number at both ends or [before, after]; "same" or "sameLower"
   * (the size of the output is that of the input divided by the stride); or "valid" (none). Default 0.
   */
  readonly padding?: Padding<Dimensions>;
}

/** `makeEpilogue` checks the value of the activation. */
export const makeSharedRules = (dimensions: Rank): Rules<Omit<ConvolutionOptions<Rank>, "padding">> => ({
  stride: perDimension(positiveInteger, dimensions),
  dilation: perDimension(positiveInteger, dimensions),
  groups: positiveInteger,
  activation: anything,
});

/** The distances between windows and between taps, for each dimension. */
export const readSpacing = (
  operation: string,
  dimensions: Rank,
  { stride = 1, dilation = 1 }: { readonly stride?: unknown; readonly dilation?: unknown },
): { stride: readonly number[]; dilation: readonly number[] } => ({
  stride: readExtent(`${operation}: stride`, stride, dimensions, positiveInteger),
  dilation: readExtent(`${operation}: dilation`, dilation, dimensions, positiveInteger),
});

/** The attributes of a convolution of images of `sizes` with windows of `taps`, without the padding that no window reaches. */
export function readConvolutionAttributes<Dimensions extends Rank>(
  operation: string,
  sizes: readonly number[],
  taps: readonly number[],
  options: ConvolutionOptions<Dimensions>,
): ConvolutionAttributes {
  const dimensions = sizes.length as Dimensions;
  checkOptions<ConvolutionOptions<Dimensions>>(operation, options, {
    ...makeSharedRules(dimensions),
    padding: paddingRule(dimensions, "same", "sameLower", "valid"),
  });
  const { groups = 1, padding: given = 0 } = options;
  const { stride, dilation } = readSpacing(operation, dimensions, options);
  const windows = taps.map((count, index) => countWindow({ dilation: dilation[index]! }, count));
  const around = isSamePadding(given)
    ? sizes.map((size, index) => computeSameMargin(size, stride[index]!, windows[index]!, given))
    : toMargins(given === "valid" ? 0 : given, dimensions);
  const padding = around.map(([before, after], index): Margin => {
    const room = sizes[index]! + before + after - windows[index]!;
    return [before, room < 0 ? after : after - (room % stride[index]!)];
  });
  return { stride, padding, dilation, groups };
}

/**
 * The elements that a convolution of images of `sizes` with windows of `taps` needs at the ends of each dimension, for padding that
 * is not zeros. Throws ArgumentError for a wrong option.
 *
 * @example computeConvolutionMargins("Conv2d", [7, 8], [3, 3], { padding: "same", stride: 2 }) // rows [1, 1], columns [0, 1]
 */
export function computeConvolutionMargins<Dimensions extends Rank>(
  operation: string,
  sizes: readonly number[],
  taps: readonly number[],
  options: ConvolutionOptions<Dimensions>,
): readonly Margin[] {
  checkValue("computeConvolutionMargins: sizes", sizes, listOf(nonNegativeInteger));
  checkValue("computeConvolutionMargins: taps", taps, listOf(positiveInteger, sizes.length));
  const { padding } = readConvolutionAttributes(operation, sizes, taps, options);
  return padding.map(([before, after]) => [before, Math.max(0, after)]);
}
