import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { formatShape, normalizeAxes } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reshape } from "../reshape/reshape.ts";

/**
 * Removes axes of one element: a view.
 *
 * Shapes: [..., 1, ...] -> [...]. Throws ArgumentError for axes out of range or named twice, ShapeError for an axis of another
 * size.
 *
 * @param axes default: all axes of one element
 * @example squeeze(tensor([[1], [2]]), 1) // [1, 2]
 */
export function squeeze(x: Tensor, axes?: number | readonly number[]): Tensor {
  checkTensors("squeeze", x);
  const removed =
    axes === undefined
      ? x.shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : normalizeAxes(axes, x.rank, "squeeze");
  for (const axis of removed) {
    if (x.shape[axis] !== 1) {
      throw new ShapeError(
        `squeeze: axis ${axis}: found ${x.shape[axis]} elements in shape ${formatShape(x.shape)}, expected 1`,
      );
    }
  }
  return reshape(
    x,
    x.shape.filter((_, axis) => !removed.includes(axis)),
  );
}
