import { checkTensors, checkValue, describeValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { either, integer, listOf, nonNegativeInteger } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape, isSameShape, normalizeAxis } from "../../core/spec.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { checkCommonDType } from "../elementwise/operands/binary.ts";
import { reshape } from "../movement/reshape.ts";
import { contract, permute } from "./contract.ts";

/**
 * The product of two tensors, summed over pairs of axes, like PyTorch's and NumPy's `tensordot`.
 *
 * Shapes: the other axes of a, then those of b. Throws ShapeError for axes of different sizes, ArgumentError for axes out of range,
 * named twice, or in different numbers, DTypeError unless both are f32, both f16, both i32 or both u32.
 *
 * @param axes a list of axes of a and one of axes of b; a number n stands for the last n axes of a and the first n of b. Default: 2
 * @example tensordot(ones([2, 3, 4]), ones([4, 3, 5]), [[1, 2], [1, 0]]) // -> [2, 5]
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  axes: number | readonly [ofA: readonly number[], ofB: readonly number[]] = 2,
): Tensor {
  checkTensors("tensordot", a, b);
  checkValue("tensordot: axes", axes, either(nonNegativeInteger, listOf(listOf(integer), 2)));
  checkCommonDType("tensordot", [a, b], arithmeticTypes);
  const [ofA, ofB] = readAxes(a, b, axes);
  const sizesOf = (x: Tensor, list: readonly number[]): number[] => list.map((axis) => x.shape[axis]!);
  if (!isSameShape(sizesOf(a, ofA), sizesOf(b, ofB))) {
    throw new ShapeError(
      `tensordot: found ${formatShape(a.shape)} and ${formatShape(b.shape)} summed over axes ${formatShape(ofA)} and ${formatShape(ofB)}, expected equal sizes`,
    );
  }
  const name = (x: Tensor, list: readonly number[], side: string): string[] =>
    x.shape.map((_, axis) => (list.includes(axis) ? `summed ${list.indexOf(axis)}` : `${side} ${axis}`));
  return scope(() => {
    const left = { tensor: a, labels: name(a, ofA, "a") };
    const right = { tensor: b, labels: name(b, ofB, "b") };
    const kept = new Set([...left.labels, ...right.labels].filter((label) => !label.startsWith("summed")));
    return permute(contract(left, right, kept), [...kept]);
  });
}

function readAxes(
  a: Tensor,
  b: Tensor,
  axes: number | readonly [readonly number[], readonly number[]],
): [number[], number[]] {
  const given =
    typeof axes === "number"
      ? [
          Array.from({ length: axes }, (_, index) => a.rank - axes + index),
          Array.from({ length: axes }, (_, index) => index),
        ]
      : axes;
  const [ofA, ofB] = [a, b].map((x, index) =>
    given[index]!.map((axis) => normalizeAxis(axis, x.rank, "tensordot")),
  ) as [number[], number[]];
  if (ofA.length !== ofB.length || [ofA, ofB].some((list) => new Set(list).size !== list.length)) {
    throw new ArgumentError(
      `tensordot: axes: found ${describeValue(ofA)} and ${describeValue(ofB)}, expected as many axes of each, each once`,
    );
  }
  return [ofA, ofB];
}

/**
 * The products of all pairs of elements of two vectors.
 *
 * Shapes: [m] and [n] -> [m, n]. Throws ShapeError for other ranks, DTypeError unless both are f32, both f16, both i32 or both u32.
 *
 * @example outer(tensor([1, 2]), tensor([3, 4])) // [[3, 4], [6, 8]]
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkTensors("outer", a, b);
  if (a.rank !== 1 || b.rank !== 1) {
    throw new ShapeError(
      `outer: found ${formatShape(a.shape)} and ${formatShape(b.shape)}, expected two vectors`,
    );
  }
  return scope(() => mul(reshape(a, [a.size, 1]), b));
}
