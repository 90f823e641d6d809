import { checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { axes, integer, listOf } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Axes } from "../../core/spec.ts";
import { formatShape, normalizeAxis } from "../../core/spec.ts";
import type { TransposeAttributes } from "./attributes.ts";
import { movementFamily } from "./movement-family.ts";
import { forEachIndex, makeIndexer } from "./positions.ts";

const invert = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));

/** y[i_0, ..., i_n] = x[j_0, ..., j_n] with j_permutation[k] = i_k. */
export const transposeOp: Op<TransposeAttributes> = {
  name: "transpose",
  outputs: ([x], { permutation }) => [{ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { permutation }) => {
      const position = makeIndexer(x!.shape);
      const inverse = invert(permutation);
      forEachIndex(y!.shape, (to, index) => {
        y!.data[to] = x!.data[position(inverse.map((axis) => index[axis]!))]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs: { permutation } }) => [transpose(dy!, invert(permutation))],
  },
  family: movementFamily,
};

/**
 * Permutes the axes. The result is a view if only axes of one element move.
 *
 * Shapes: [d_0, ..., d_n] -> [d_permutation[0], ..., d_permutation[n]]. Throws ArgumentError unless every axis is named once.
 *
 * @param permutation for each axis of the result, the axis of `x`; default: all axes in reverse order
 * @example transpose(images, [0, 2, 3, 1]) // [n, channels, height, width] -> [n, height, width, channels]
 */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  checkTensors("transpose", x);
  if (permutation !== undefined) checkValue("transpose: permutation", permutation, listOf(integer));
  const order = (permutation ?? x.shape.map((_, axis) => x.rank - 1 - axis)).map((axis) =>
    normalizeAxis(axis, x.rank, "transpose"),
  );
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    throw new ArgumentError(
      `transpose: permutation: found ${formatShape(permutation ?? [])} for a tensor of shape ${formatShape(x.shape)}, expected each axis once`,
    );
  }
  return execute(transposeOp, [x], { permutation: order })[0]!;
}

/**
 * Exchanges two axes.
 *
 * Shapes: [..., a, ..., b, ...] -> [..., b, ..., a, ...]. Throws ArgumentError for axes out of range.
 *
 * @example swapAxes(ones([2, 3, 4]), 0, -1) // -> [4, 3, 2]
 */
export function swapAxes(x: Tensor, first: number, second: number): Tensor {
  checkTensors("swapAxes", x);
  const [one, other] = [first, second].map((axis) => normalizeAxis(axis, x.rank, "swapAxes")) as [
    number,
    number,
  ];
  const order = x.shape.map((_, axis) => axis);
  return transpose(x, order.with(one, other).with(other, one));
}

/**
 * Moves one or more axes to other positions; the others keep their order.
 *
 * Shapes: any -> the same dimensions in another order. Throws ArgumentError for axes out of range or named twice, and for different
 * numbers of axes.
 *
 * @param from the axes that move
 * @param to their positions in the result
 * @example moveAxis(ones([2, 3, 4]), 0, -1) // -> [3, 4, 2]
 */
export function moveAxis(x: Tensor, from: Axes, to: Axes): Tensor {
  checkTensors("moveAxis", x);
  const [moved, places] = [from, to].map((given) => {
    checkValue("moveAxis: axis", given, axes);
    const list = (typeof given === "number" ? [given] : given).map((axis) =>
      normalizeAxis(axis, x.rank, "moveAxis"),
    );
    if (new Set(list).size === list.length) return list;
    throw new ArgumentError(`moveAxis: axis: found ${formatShape(list)}, expected each axis once`);
  }) as [number[], number[]];
  if (moved.length !== places.length) {
    throw new ArgumentError(
      `moveAxis: found ${moved.length} axes and ${places.length} positions, expected as many`,
    );
  }
  const others = x.shape.flatMap((_, axis) => (moved.includes(axis) ? [] : [axis]));
  const permutation = x.shape.map((_, position) => {
    const index = places.indexOf(position);
    return index < 0 ? others.shift()! : moved[index]!;
  });
  return transpose(x, permutation);
}
