import { checkValue } from "../../checks/check.ts";
import type { Rule } from "../../checks/rules.ts";
import { either, marginsOf, oneOf, perDimension } from "../../checks/rules.ts";

export type Rank = 1 | 2 | 3;

interface Lists<Item> {
  readonly 1: readonly [Item];
  readonly 2: readonly [Item, Item];
  readonly 3: readonly [Item, Item, Item];
}

/** One value for every spatial dimension, or one for each, in the order of the dimensions. */
export type PerDimension<Item, Dimensions extends Rank> = Item | Lists<Item>[Dimensions];

/** Elements at the two ends of a dimension. */
export type Margin = readonly [before: number, after: number];

/** The number of elements on all sides, or for each dimension the number at both ends or [before, after]. */
export type Margins<Dimensions extends Rank> = number | Lists<number | Margin>[Dimensions];

/**
 * Padding of as many elements as give ceil(size / stride) windows. If their number is odd, the additional one is at the end
 * ("same": PyTorch's, TensorFlow's and Keras's, and SAME_UPPER of ONNX) or at the start ("sameLower": SAME_LOWER of ONNX).
 */
export type SamePadding = "same" | "sameLower";

export type Padding<Dimensions extends Rank> = Margins<Dimensions> | SamePadding | "valid";

const sameWords: readonly SamePadding[] = ["same", "sameLower"];

/** Padding by numbers, or by one of the words. */
export const paddingRule = (dimensions: number, ...words: readonly string[]): Rule =>
  either(marginsOf(dimensions), oneOf(...words));

export const isSamePadding = (padding: unknown): padding is SamePadding =>
  sameWords.includes(padding as SamePadding);

/** One number for each dimension. Throws ArgumentError unless the rule accepts them. */
export function readExtent(
  where: string,
  extent: unknown,
  dimensions: number,
  size: Rule,
): readonly number[] {
  checkValue(where, extent, perDimension(size, dimensions));
  return typeof extent === "number" ? new Array<number>(dimensions).fill(extent) : (extent as number[]);
}

/** Both ends of each dimension; `padding` is what `marginsOf` accepts. */
export const toMargins = (padding: number | readonly (number | Margin)[], dimensions: number): Margin[] =>
  (typeof padding === "number" ? new Array<number>(dimensions).fill(padding) : padding).map((margin) =>
    typeof margin === "number" ? [margin, margin] : margin,
  );

/** Divides the elements around a dimension between its ends. */
export function computeSides(total: number, padding: SamePadding): Margin {
  const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return padding === "same" ? [less, more] : [more, less];
}

/** The elements that give ceil(size / stride) windows, each of which extends over `window` elements. */
export function computeSameMargin(
  size: number,
  stride: number,
  window: number,
  padding: SamePadding,
): Margin {
  const windows = Math.ceil(size / stride);
  return computeSides(Math.max(0, (windows - 1) * stride + window - size), padding);
}
