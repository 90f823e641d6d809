import { ArgumentError, countElements, formatShape, ShapeError } from "@evenkeel/tensor";
import { anyNumber, axes, checkOptions, oneOf, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import { type Collate, describe, hasSameType } from "./collate.ts";
import type { HostData, ShapedArray } from "./host-data.ts";
import { makeEmptyLike, toShapedArray } from "./host-data.ts";

export interface PadCollateOptions {
  /** What padding consists of. Default: 0. */
  readonly value?: number;
  /** The dimensions of one example that are padded, such as [1, 2] for images [channels, height, width]. Default: 0. */
  readonly axis?: number | readonly number[];
  /**
   * Lengths are rounded up to a multiple of this, so that fewer different shapes occur. Default: 1, the longest example of the batch.
   */
  readonly multipleOf?: number;
  /** The same length for all batches instead of that of the longest example. */
  readonly length?: number;
  /** Whether an example longer than `length` loses its end; otherwise it is an error. Default: false. */
  readonly truncated?: boolean;
  /** The side on which padding is added. Default: `right`. */
  readonly side?: "right" | "left";
  /** Whether only the values are returned. It suits labels, whose padding a loss leaves out by its value. Default: false. */
  readonly unmasked?: boolean;
}

/**
 * Ragged arrays as one.
 *
 * Shapes: values [n, ...] in the dtype of the examples; mask bool [n, one dimension for each padded axis], true for values of the
 * examples; lengths i32 [n], or [n, axes] for several.
 */
export interface Padded {
  readonly values: ShapedArray;
  readonly mask: ShapedArray;
  readonly lengths: ShapedArray;
}

const rules = {
  value: anyNumber,
  axis: axes,
  multipleOf: positiveInteger,
  length: positiveInteger,
  truncated: yesOrNo,
  side: /* @__PURE__ */ oneOf("right", "left"),
  unmasked: yesOrNo,
};

/**
 * Joins arrays of different lengths by padding them to the longest of the batch, with a mask of what is not padding.
 *
 * Throws ArgumentError for wrong options and for examples that are not arrays, ShapeError for arrays that differ in type or in a
 * dimension that is not padded, or exceed `length`.
 *
 * @example batches([{ inputs: [1, 2] }, { inputs: [3] }], { batchSize: 2, collate: { inputs: padCollate({ multipleOf: 4 }) } })
 * @example batches([{ labels: [1, 2] }, { labels: [3] }], { batchSize: 2, collate: { labels: padCollate({ value: -100, unmasked: true }) } })
 */
export function padCollate(
  options: PadCollateOptions & { readonly unmasked: true },
): Collate<HostData, ShapedArray>;
export function padCollate(options?: PadCollateOptions): Collate<HostData, Padded>;
export function padCollate(options: PadCollateOptions = {}): Collate<HostData, Padded | ShapedArray> {
  checkOptions<PadCollateOptions>("padCollate", options, rules);
  const { axis = 0, truncated = false, length } = options;
  const padded = [...new Set([axis].flat())].sort((a, b) => a - b);
  if (truncated && length === undefined) {
    throw new ArgumentError("padCollate: truncated: found true without `length`, expected both");
  }
  return (examples, positions, where) => {
    const arrays = readArrays(examples, positions, where);
    const shape = computePaddedShape(arrays, padded, options, positions, where);
    const values = padArrays(arrays, shape, options);
    return options.unmasked === true
      ? values
      : { values, ...describePadding(arrays, shape, padded, options) };
  };
}

function readArrays(
  examples: readonly HostData[],
  positions: ArrayLike<number>,
  where: string,
): readonly ShapedArray[] {
  if (examples.length === 0) throw new ArgumentError(`${where}: found no examples, expected at least one`);
  const arrays = examples.map((example) => toShapedArray(example, where));
  const [first] = arrays;
  return arrays.map((array, index) => {
    if (array !== undefined && first !== undefined && hasSameType(array, first)) return array;
    throw new ShapeError(
      `${where}: found ${describe(examples[index], where)} in example ${positions[index]}, expected ${first === undefined ? "an array" : `the dtype of ${describe(examples[0], where)} in example ${positions[0]}`}`,
    );
  });
}

/** The shape that all examples are padded to. */
function computePaddedShape(
  arrays: readonly ShapedArray[],
  padded: readonly number[],
  { multipleOf = 1, length, truncated = false }: PadCollateOptions,
  positions: ArrayLike<number>,
  where: string,
): readonly number[] {
  const [{ shape: first }] = arrays as readonly [ShapedArray];
  const outside = padded.find((axis) => axis < 0 || axis >= first.length);
  if (outside !== undefined) {
    throw new ShapeError(
      `${where}: found ${formatShape(first)} in example ${positions[0]}, expected an array with axis ${outside}`,
    );
  }
  const longest = [...first];
  arrays.forEach(({ shape }, index) => {
    const isAlike =
      shape.length === first.length &&
      shape.every((size, axis) => size === first[axis] || padded.includes(axis));
    if (!isAlike) {
      throw new ShapeError(
        `${where}: found ${formatShape(shape)} in example ${positions[index]}, expected ${formatShape(first)} as in example ${positions[0]}, but for axis ${padded.join(", ")}`,
      );
    }
    for (const axis of padded) {
      if (length !== undefined && shape[axis]! > length && !truncated) {
        throw new ShapeError(
          `${where}: found the length ${shape[axis]} in example ${positions[index]}, expected at most ${length}: \`truncated: true\` leaves the rest out`,
        );
      }
      longest[axis] = Math.max(longest[axis]!, shape[axis]!);
    }
  });
  for (const axis of padded) longest[axis] = Math.ceil((length ?? longest[axis]!) / multipleOf) * multipleOf;
  return longest;
}

/** What an example fills of a padded axis: the first value and the number of values. */
const findExtent = (
  size: number,
  padded: number,
  { side }: PadCollateOptions,
): { start: number; count: number } => {
  const count = Math.min(size, padded);
  return { start: side === "left" ? padded - count : 0, count };
};

function padArrays(
  arrays: readonly ShapedArray[],
  shape: readonly number[],
  options: PadCollateOptions,
): ShapedArray {
  const [{ data: first, dtype }] = arrays as readonly [ShapedArray];
  const size = countElements(shape);
  const data = makeEmptyLike(first, arrays.length * size).fill(options.value ?? 0);
  arrays.forEach((array, index) => {
    const extents = shape.map((padded, axis) => findExtent(array.shape[axis]!, padded, options));
    copyBlock(array, data.subarray(index * size, (index + 1) * size), shape, extents);
  });
  return { data, shape: [arrays.length, ...shape], dtype };
}

/** Copies the part of an array that fits into a larger one, row by row. */
function copyBlock(
  { data, shape }: ShapedArray,
  target: ShapedArray["data"],
  targetShape: readonly number[],
  extents: readonly { readonly start: number; readonly count: number }[],
): void {
  const last = shape.length - 1;
  const copy = (axis: number, from: number, to: number): void => {
    const { start, count } = extents[axis]!;
    const [first, firstOfTarget] = [from * shape[axis]!, to * targetShape[axis]! + start];
    if (axis === last) target.set(data.subarray(first, first + count), firstOfTarget);
    else for (let index = 0; index < count; index++) copy(axis + 1, first + index, firstOfTarget + index);
  };
  copy(0, 0, 0);
}

/** The mask of the values that belong to examples, and how many those are. */
function describePadding(
  arrays: readonly ShapedArray[],
  shape: readonly number[],
  padded: readonly number[],
  options: PadCollateOptions,
): Omit<Padded, "values"> {
  const ofMask = padded.map((axis) => shape[axis]!);
  const sizes = arrays.map((array) => padded.map((axis) => Math.min(array.shape[axis]!, shape[axis]!)));
  const whole = sizes.map((lengths): ShapedArray => {
    const data = new Uint8Array(countElements(lengths)).fill(1);
    return { data, shape: lengths, dtype: "bool" };
  });
  const lengths = Int32Array.from(sizes.flat());
  return {
    mask: padArrays(whole, ofMask, { side: options.side }),
    lengths: { data: lengths, shape: padded.length === 1 ? [arrays.length] : [arrays.length, padded.length] },
  };
}
