import { checkOptions, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import type { Rules } from "../../checks/rules.ts";
import { anything, positiveInteger, yesOrNo } from "../../checks/rules.ts";
import type { Shape } from "../../core/spec.ts";
import { formatShape } from "../../core/spec.ts";
import type { Margin, Rank, SamePadding } from "../convolution/window-options.ts";
import {
  computeSameMargin,
  isSamePadding,
  paddingRule,
  readExtent,
  toMargins,
} from "../convolution/window-options.ts";
import type { PoolAttributes } from "./attributes.ts";

/** One number for every spatial dimension, or one for each. */
export type Extent = number | readonly number[];

export interface PoolOptions {
  /** The distance between neighbouring windows. Default: the size of the kernel, so that windows do not overlap. */
  readonly stride?: Extent;
  /**
   * Positions added at all ends, at most half of a window; for each dimension the number at both ends or [before, after];
   * "same" or "sameLower" (the number of windows is that of the positions divided by the stride); or "valid" (none). Default: 0.
   */
  readonly padding?: number | readonly (number | Margin)[] | SamePadding | "valid";
  /** Whether the last window may extend past the end. Default: false. */
  readonly ceilMode?: boolean;
}

export interface MaxPoolOptions extends PoolOptions {
  /** The distance between neighbouring positions of a window. Default: 1. */
  readonly dilation?: Extent;
}

export const poolRules: Rules<PoolOptions> = { stride: anything, padding: anything, ceilMode: yesOrNo };

const maxPoolRules: Rules<MaxPoolOptions> = {
  stride: anything,
  padding: anything,
  dilation: anything,
  ceilMode: yesOrNo,
};

/** The attributes for windows over the last dimensions of `shape`. Throws ArgumentError for impossible options. */
export function readPoolAttributes(
  operation: string,
  shape: Shape,
  rank: Rank,
  kernel: Extent,
  options: MaxPoolOptions,
): PoolAttributes {
  checkOptions<MaxPoolOptions>(operation, options, maxPoolRules);
  const { stride: apart = kernel, dilation: taps = 1, ceilMode = false } = options;
  const read = (name: string, extent: unknown): readonly number[] =>
    readExtent(`${operation}: ${name}`, extent, rank, positiveInteger);
  const sizes = read("kernel", kernel);
  const stride = read("stride", apart);
  const dilation = read("dilation", taps);
  const spans = sizes.map((size, axis) => dilation[axis]! * (size - 1) + 1);
  const padding = readPadding(operation, shape.slice(-rank), spans, stride, options.padding);
  return { kernel: sizes, stride, padding, dilation, ceilMode };
}

/**
 * Throws ArgumentError for options that no pooling over so many dimensions can have, for layers, which know no shape yet.
 *
 * @example checkPoolOptions("MaxPool2d", 2, 3, { padding: 1 })
 */
export function checkPoolOptions(
  operation: string,
  rank: Rank,
  kernel: Extent,
  options: MaxPoolOptions,
): void {
  readPoolAttributes(operation, [], rank, kernel, options);
}

/** The padding of windows that extend over `spans` positions. */
function readPadding(
  operation: string,
  lengths: Shape,
  spans: readonly number[],
  stride: readonly number[],
  padding: PoolOptions["padding"] = 0,
): readonly Margin[] {
  const rank = spans.length as Rank;
  const rule = paddingRule(rank, "same", "sameLower", "valid");
  checkValue(`${operation}: padding`, padding, rule);
  if (padding === "valid") return toMargins(0, rank);
  if (isSamePadding(padding)) {
    return spans.map((span, axis) => computeSameMargin(lengths[axis] ?? 0, stride[axis]!, span, padding));
  }
  const margins = toMargins(padding, rank);
  checkMargins(operation, margins, spans);
  return margins;
}

/** PyTorch's rule for both ends alike; a window must reach beyond padding in any case. */
function checkMargins(operation: string, margins: readonly Margin[], spans: readonly number[]): void {
  const isEven = margins.every(([before, after]) => before === after);
  const isFitting = margins.every(([before, after], axis) =>
    isEven ? 2 * before <= spans[axis]! : Math.max(before, after) < spans[axis]!,
  );
  if (isFitting) return;
  const found = isEven ? formatShape(margins.map(([before]) => before)) : JSON.stringify(margins);
  throw new ArgumentError(
    `${operation}: padding: found ${found}, expected ${isEven ? "at most half of" : "less than"} the kernel ${formatShape(spans)}`,
  );
}
