import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { integer } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { reshape } from "./reshape.ts";
import { sliceOp } from "./slice-and-pad.ts";
import { moveAxis } from "./transpose.ts";

export interface DiagonalOptions {
  /** 0 for the main diagonal, positive above it, negative below it. Default: 0. */
  readonly offset?: number;
  /** The axis of the rows. Default: 0. */
  readonly axis1?: number;
  /** The axis of the columns. Default: 1. */
  readonly axis2?: number;
}

/**
 * A diagonal of the matrices that two axes form, as the last axis, like PyTorch's `diagonal`.
 *
 * Shapes: [m, n, ...] -> [..., min(m, n)], or fewer for an offset. Throws ArgumentError for axes out of range and for equal axes.
 *
 * @example diagonal(tensor([[1, 2], [3, 4]])) // [1, 4]
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  checkTensors("diagonal", x);
  checkOptions<DiagonalOptions>("diagonal", options, { offset: integer, axis1: integer, axis2: integer });
  const { offset = 0, axis1 = 0, axis2 = 1 } = options;
  const axes = [axis1, axis2].map((axis) => normalizeAxis(axis, x.rank, "diagonal"));
  if (axes[0] === axes[1]) {
    throw new ArgumentError(`diagonal: found axis ${axes[0]} twice, expected two axes`);
  }
  return scope(() => {
    const matrices = moveAxis(x, axes, [-2, -1]);
    const batch = matrices.shape.slice(0, -2);
    const [rows, columns] = matrices.shape.slice(-2) as [number, number];
    const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
    const length = Math.max(0, Math.min(rows - row, columns - column));
    // The next element of a diagonal is a row and a column further.
    const begin = length === 0 ? 0 : row * columns + column;
    const end = length === 0 ? 0 : begin + (length - 1) * (columns + 1) + 1;
    const attrs = {
      begin: [...batch.map(() => 0), begin],
      end: [...batch, end],
      step: [...batch.map(() => 1), columns + 1],
    };
    return execute(sliceOp, [reshape(matrices, [...batch, rows * columns])], attrs)[0]!;
  });
}
