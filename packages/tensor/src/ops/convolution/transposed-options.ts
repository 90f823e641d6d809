import { checkOptions } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { nonNegativeInteger, perDimension } from "../../checks/rules.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import { countWindow } from "./convolution.ts";
import type { SharedOptions } from "./convolution-options.ts";
import { makeSharedRules, readSpacing } from "./convolution-options.ts";
import type { Margin, Padding, PerDimension, Rank } from "./window-options.ts";
import { computeSides, isSamePadding, paddingRule, readExtent, toMargins } from "./window-options.ts";

export interface ConvolutionTransposeOptions<Dimensions extends Rank = 2> extends SharedOptions<Dimensions> {
  /** The distance in the output between neighbouring inputs. Default 1. */
  readonly stride?: PerDimension<number, Dimensions>;
  /**
   * The number of elements removed from all sides of the output; for each dimension the number at both ends or [before,
   * after]; or "same" or "sameLower" (the size of the output is that of the input times the stride). Default 0.
   */
  readonly padding?: Exclude<Padding<Dimensions>, "valid">;
  /** The number of elements added at the end of the output, less than the stride or the dilation. Default 0. */
  readonly outputPadding?: PerDimension<number, Dimensions>;
}

/** Throws ArgumentError unless the output padding is less than the stride or the dilation. */
export function checkOutputPadding(
  operation: string,
  outputPadding: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): void {
  for (const [index, extra] of outputPadding.entries()) {
    if (extra < Math.max(stride[index]!, dilation[index]!)) continue;
    throw new ArgumentError(
      `${operation}: outputPadding: found ${extra}, expected less than the stride, ${stride[index]}, or the dilation, ${dilation[index]}`,
    );
  }
}

/** The attributes of the convolution whose input gradient is the transposed convolution with windows of `taps`. */
export function readTransposedAttributes<Dimensions extends Rank>(
  operation: string,
  taps: readonly number[],
  options: ConvolutionTransposeOptions<Dimensions>,
): ConvolutionAttributes {
  const dimensions = taps.length as Dimensions;
  checkOptions<ConvolutionTransposeOptions<Dimensions>>(operation, options, {
    ...makeSharedRules(dimensions),
    padding: paddingRule(dimensions, "same", "sameLower"),
    outputPadding: perDimension(nonNegativeInteger, dimensions),
  });
  const { groups = 1, padding: given = 0, outputPadding = 0 } = options;
  const { stride, dilation } = readSpacing(operation, dimensions, options);
  const extra = readExtent(`${operation}: outputPadding`, outputPadding, dimensions, nonNegativeInteger);
  checkOutputPadding(operation, extra, stride, dilation);
  if (isSamePadding(given)) {
    if (extra.some((size) => size > 0)) {
      throw new ArgumentError(
        `${operation}: outputPadding: found ${extra}, expected none: the padding "${given}" determines the size of the output`,
      );
    }
    // Where windows are smaller than the stride, elements are added at the end.
    const padding = taps.map((count, index): Margin => {
      const removed = countWindow({ dilation: dilation[index]! }, count) - stride[index]!;
      return removed < 0 ? [0, removed] : computeSides(removed, given);
    });
    return { stride, dilation, groups, padding };
  }
  const padding = toMargins(given, dimensions).map(
    ([before, after], index): Margin => [before, after - extra[index]!],
  );
  return { stride, dilation, groups, padding };
}
