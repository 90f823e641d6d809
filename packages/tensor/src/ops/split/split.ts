import { checkTensors, describeValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { listOf, nonNegativeInteger } from "../../checks/rules.ts";
import { axisOption, formatShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { sliceAlong } from "../slice/slice.ts";

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
  const axis = axisOption("split", options, x.rank, 0);
  const size = x.shape[axis]!;
  const sizes = typeof parts === "number" ? equalSizes(size, parts) : parts;
  if (!listOf(nonNegativeInteger).accepts(sizes) || sizes.reduce((sum, part) => sum + part, 0) !== size) {
    throw new ArgumentError(
      `split: parts: found ${describeValue(parts)}, expected parts that add up to ${size}, axis ${axis} of ${formatShape(x.shape)}`,
    );
  }
  let begin = 0;
  return sizes.map((part) => {
    begin += part;
    return sliceAlong(x, axis, begin - part, part);
  });
}

const equalSizes = (size: number, count: number): number[] =>
  Number.isInteger(count) && count > 0 ? new Array<number>(count).fill(size / count) : [];
