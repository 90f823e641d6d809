import { checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { integer, listOf } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
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
  const axes = (permutation ?? x.shape.map((_, axis) => x.rank - 1 - axis)).map((axis) =>
    normalizeAxis(axis, x.rank, "transpose"),
  );
  if (axes.length !== x.rank || new Set(axes).size !== x.rank) {
    throw new ArgumentError(
      `transpose: permutation: found ${formatShape(permutation ?? [])} for a tensor of shape ${formatShape(x.shape)}, expected each axis once`,
    );
  }
  return execute(transposeOp, [x], { permutation: axes })[0]!;
}
