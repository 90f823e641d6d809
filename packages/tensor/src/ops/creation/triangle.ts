import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape } from "../../core/spec.ts";
import { getComputeType } from "../../expression/dtype.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";

export interface TriangleAttributes {
  readonly part: "lower" | "upper";
  /** The last diagonal that is kept: 0 is the main one, positive ones lie above it. */
  readonly diagonal: number;
}

/** y[..., i, j] = x[..., i, j] where j - i <= diagonal (lower) or j - i >= diagonal (upper), else 0. */
export const triangleOp: Op<TriangleAttributes> = {
  name: "triangle",
  outputs: ([x]) => {
    if (x!.shape.length < 2) {
      throw new ShapeError(`triangle: x: found ${formatShape(x!.shape)}, expected at least two axes`);
    }
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    expression: ([x], { part, diagonal }) => {
      const [rows, columns] = x!.shape.slice(-2) as [number, number];
      const { dtype } = x!;
      return buildExpression({ inputs: [dtype], outputs: [dtype] }, ([value]) => {
        const index = e.indexLike(value!);
        const column = e.cast(e.rem(index, columns), "i32");
        const row = e.cast(e.rem(e.div(index, columns), rows), "i32");
        const above = e.sub(column, row);
        const isKept = part === "lower" ? e.lessEqual(above, diagonal) : e.greaterEqual(above, diagonal);
        return e.select(isKept, value!, e.constantLike(value!, 0, getComputeType(dtype)));
      });
    },
  },
};

function triangle(x: Tensor, part: "lower" | "upper", diagonal: number): Tensor {
  if (diagonal !== (diagonal | 0)) {
    throw new ArgumentError(`triangle: diagonal: found ${diagonal}, expected a 32-bit integer`);
  }
  return execute(triangleOp, [x], { part, diagonal })[0]!;
}

/**
 * The lower triangle of matrices, with zeros above it.
 *
 * Shapes: [..., rows, columns] -> the same. Throws ShapeError for rank 0 and 1, ArgumentError unless `diagonal` is an integer.
 *
 * @param diagonal the last diagonal that is kept: 0 is the main one, positive ones lie above it
 * @example tril(ones([2, 2])) // [[1, 0], [1, 1]]
 */
export function tril(x: Tensor, diagonal = 0): Tensor {
  return triangle(x, "lower", diagonal);
}

/**
 * The upper triangle of matrices, with zeros below it.
 *
 * Shapes: [..., rows, columns] -> the same. Throws ShapeError for rank 0 and 1, ArgumentError unless `diagonal` is an integer.
 *
 * @param diagonal the first diagonal that is kept: 0 is the main one, positive ones lie above it
 * @example triu(ones([2, 2])) // [[1, 1], [0, 1]]
 */
export function triu(x: Tensor, diagonal = 0): Tensor {
  return triangle(x, "upper", diagonal);
}
