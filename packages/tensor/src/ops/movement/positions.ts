import type { Shape } from "../../core/spec.ts";
import { computeStrides } from "../../core/spec.ts";

/** Calls `visit` with the row-major position and the index of every element of a shape. The index is reused. */
export function forEachIndex(
  shape: Shape,
  visit: (position: number, index: readonly number[]) => void,
): void {
  const index = shape.map(() => 0);
  let position = 0;
  const walk = (axis: number): void => {
    if (axis === shape.length) {
      visit(position++, index);
      return;
    }
    for (index[axis] = 0; index[axis]! < shape[axis]!; index[axis]!++) walk(axis + 1);
  };
  walk(0);
}

/** The row-major position of an index in a shape. */
export function makeIndexer(shape: Shape): (index: readonly number[]) => number {
  const strides = computeStrides(shape);
  return (index) => index.reduce((position, at, axis) => position + at * strides[axis]!, 0);
}
