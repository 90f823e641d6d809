import { ShapeError } from "../../checks/errors.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastShapes, checkShape, formatShape, isSameShape } from "../../core/spec.ts";
import { buildExpression } from "../../expression/expression.ts";

export interface BroadcastToAttributes {
  readonly shape: Shape;
}

/** Repeats a tensor along dimensions of one element and along new leading ones. */
export const broadcastToOp: Op<BroadcastToAttributes> = {
  name: "broadcastTo",
  outputs: ([x], { shape }) => {
    checkShape(shape, "broadcastTo: shape");
    if (!isSameShape(broadcastShapes([x!.shape, shape], "broadcastTo"), shape)) {
      throw new ShapeError(
        `broadcastTo: found ${formatShape(x!.shape)}, expected a shape that broadcasts to ${formatShape(shape)}`,
      );
    }
    return [{ shape, dtype: x!.dtype }];
  },
  meaning: {
    expression: ([x]) => buildExpression({ inputs: [x!.dtype], outputs: [x!.dtype] }, ([value]) => value!),
  },
};

/**
 * Repeats `x` along its dimensions of one element, and along new leading dimensions, until it has `shape`.
 *
 * Shapes: any that broadcasts to `shape` -> `shape`. Throws ShapeError for other shapes.
 *
 * @example broadcastTo(tensor([1, 2]), [3, 2]) // [[1, 2], [1, 2], [1, 2]]
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkShape(shape, "broadcastTo: shape");
  return execute(broadcastToOp, [x], { shape })[0]!;
}
