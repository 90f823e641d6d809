import { checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { integer, listOf } from "../../checks/rules.ts";
import type { Limits } from "../../core/backend.ts";
import { execute } from "../../core/executor.ts";
import type { Op, Plan } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { formatShape, normalizeAxis, stridesOf } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { movementFamily } from "./movement-family.ts";
import { forEachIndex, positionIn } from "./positions.ts";
import type { CopyLaunches } from "./strided-copy.ts";
import { launchesOnly } from "./view.ts";

export interface TransposeAttributes {
  /** Axis k of the output is axis `permutation[k]` of the input. */
  readonly permutation: readonly number[];
}

const inverseOf = (permutation: readonly number[]): number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));

/** Whether the axes of more than one element stay in order, so that the data need not move. */
function keepsOrder(shape: Shape, permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, position) => position === 0 || moved[position - 1]! < axis);
}

/** y[i_0, ..., i_n] = x[j_0, ..., j_n] with j_permutation[k] = i_k. */
export const transposeOp: Op<TransposeAttributes> = {
  name: "transpose",
  outputs: ([x], { permutation }) => [{ shape: permutation.map((axis) => x!.shape[axis]!), dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { permutation }) => {
      const position = positionIn(x!.shape);
      const inverse = inverseOf(permutation);
      forEachIndex(y!.shape, (to, index) => {
        y!.data[to] = x!.data[position(inverse.map((axis) => index[axis]!))]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs: { permutation } }) => [transpose(dy!, inverseOf(permutation))],
  },
  family: movementFamily,
};

export function transposePlan(
  { shape, dtype }: Spec,
  { permutation }: TransposeAttributes,
  limits: Limits,
  launchesOf: CopyLaunches,
): Plan {
  if (keepsOrder(shape, permutation)) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  const permuted = permutation.map((axis) => shape[axis]!);
  const strides = stridesOf(shape);
  const copy = {
    shape: permuted,
    from: { offset: 0, strides: permutation.map((axis) => strides[axis]!) },
    to: { offset: 0, strides: stridesOf(permuted) },
  };
  return launchesOnly(launchesOf(copy, dtype, limits, { input: 0 }, { output: 0 }));
}

/**
 * Permutes the axes. A view where only axes of one element move.
 *
 * Shapes: [d_0, ..., d_n] -> [d_permutation[0], ..., d_permutation[n]]. Throws ArgumentError unless every axis is named once.
 *
 * @param permutation for each axis of the result the axis of `x`; default: all axes reversed
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
