import { checkTensors, checkValue, describeValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import { listOf, nonNegativeInteger, positiveInteger } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape, readAxisOption } from "../../core/spec.ts";
import { reshape } from "./reshape.ts";
import { sliceAlong } from "./slice-and-pad.ts";

/**
 * Cuts a tensor into parts along an axis: the inverse of `concatenate`.
 *
 * Shapes: [..., n, ...] -> parts whose sizes add up to n. Throws ArgumentError for an axis out of range, a number of parts
 * that does not divide n, or sizes that do not add up to n.
 *
 * @param parts the number of equal parts, or the size of each
 * @param options.axis default: 0
 * @example split(tensor([1, 2, 3, 4, 5]), [2, 3]) // [1, 2] and [3, 4, 5]
 */
export function split(
  x: Tensor,
  parts: number | readonly number[],
  options: { readonly axis?: number } = {},
): Tensor[] {
  checkTensors("split", x);
  const axis = readAxisOption("split", options, x.rank, 0);
  const size = x.shape[axis]!;
  if (size === 0 && typeof parts === "number") checkValue("split: parts", parts, emptyParts);
  const sizes = typeof parts === "number" ? listEqualSizes(size, parts) : parts;
  if (!listOf(nonNegativeInteger).accepts(sizes) || sizes.reduce((sum, part) => sum + part, 0) !== size) {
    throw new ArgumentError(
      `split: parts: found ${describeValue(parts)}, expected parts that add up to ${size}, axis ${axis} of ${formatShape(x.shape)}`,
    );
  }
  return cut(x, axis, sizes);
}

const listEqualSizes = (size: number, count: number): number[] =>
  count > 0 && size % count === 0 ? new Array<number>(count).fill(size / count) : [];

/** An axis without elements has any number of equal parts, each of which is a tensor. */
const emptyParts: Rule = {
  expected: "a positive integer, at most 65536 for an axis without elements",
  accepts: (count) => positiveInteger.accepts(count) && (count as number) <= 65_536,
};

function cut(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  let begin = 0;
  return sizes.map((part) => {
    begin += part;
    return sliceAlong(x, axis, begin - part, part);
  });
}

/**
 * Cuts a tensor into at most `count` parts along an axis. All have the same size, but for the last, which may be smaller; like
 * PyTorch's `chunk`, it returns fewer parts where these suffice. `split` cuts into parts of given sizes.
 *
 * Shapes: [..., n, ...] -> parts of ceil(n / count) along the axis. Throws ArgumentError unless `count` is a positive integer, and
 * for an axis out of range.
 *
 * @param options.axis default: 0
 * @example chunk(tensor([1, 2, 3, 4, 5]), 2) // [1, 2, 3] and [4, 5]
 */
export function chunk(x: Tensor, count: number, options: { readonly axis?: number } = {}): Tensor[] {
  checkTensors("chunk", x);
  checkValue("chunk: count", count, positiveInteger);
  const axis = readAxisOption("chunk", options, x.rank, 0);
  const size = x.shape[axis]!;
  if (size === 0) {
    checkValue("chunk: count", count, emptyParts);
    return cut(x, axis, new Array<number>(count).fill(0));
  }
  const part = Math.ceil(size / count);
  const parts = Math.ceil(size / part);
  return cut(
    x,
    axis,
    Array.from({ length: parts }, (_, index) => Math.min(part, size - index * part)),
  );
}

/**
 * Takes a tensor apart along an axis, which is removed: the inverse of `stack`.
 *
 * Shapes: [..., n, ...] -> n times [...]. Throws ArgumentError for an axis out of range.
 *
 * @param options.axis default: 0
 * @example unbind(tensor([[1, 2], [3, 4]])) // [1, 2] and [3, 4]
 */
export function unbind(x: Tensor, options: { readonly axis?: number } = {}): Tensor[] {
  checkTensors("unbind", x);
  const axis = readAxisOption("unbind", options, x.rank, 0);
  const shape = x.shape.toSpliced(axis, 1);
  return Array.from({ length: x.shape[axis]! }, (_, index) =>
    scope(() => reshape(sliceAlong(x, axis, index, 1), shape)),
  );
}
