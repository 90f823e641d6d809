import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { scope } from "../../core/scope.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastShapes, checkShape, formatShape, sameShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reshape } from "../reshape/reshape.ts";
import { sum } from "./sum.ts";

/**
 * Sums `x` over the axes along which `shape` would be repeated to become the shape of `x`: the transpose of broadcasting.
 * Returns `x` itself where the shapes are equal.
 *
 * Shapes: any to which `shape` broadcasts -> `shape`. Throws ShapeError for any other.
 *
 * @example sumTo(ones([3, 2]), [1, 2]) // [[3, 3]]
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  checkTensors("sumTo", x);
  checkShape(shape, "sumTo: shape");
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes([x.shape, shape], "sumTo"), x.shape)) {
    throw new ShapeError(
      `sumTo: found ${formatShape(x.shape)}, expected a shape to which ${formatShape(shape)} broadcasts`,
    );
  }
  const lead = x.rank - shape.length;
  const axes = x.shape.flatMap((dimension, axis) =>
    axis < lead || shape[axis - lead] !== dimension ? [axis] : [],
  );
  return scope(() => reshape(sum(x, { axes }), shape));
}
