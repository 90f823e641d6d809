import type { Shape } from "../../core/spec.ts";
import { computeStrides } from "../../core/spec.ts";
import type { MomentsAttributes, ReductionAttributes } from "./attributes.ts";

/** The shape after the axes are reduced. */
export function computeReducedShape(shape: Shape, { axes, keepDims }: ReductionAttributes): number[] {
  return shape.flatMap((dimension, axis) => (!axes.includes(axis) ? [dimension] : keepDims ? [1] : []));
}

/** The number of elements that are reduced to one. */
export function countReduced(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((length, axis) => length * shape[axis]!, 1);
}

/** Calls `visit` for every element, in row-major order, with its position and that of the element it is reduced to. */
export function forEachReduced(
  shape: Shape,
  axes: readonly number[],
  visit: (input: number, output: number) => void,
): void {
  const kept = computeStrides(computeReducedShape(shape, { axes, keepDims: true }));
  const strides = shape.map((_, axis) => (axes.includes(axis) ? 0 : kept[axis]!));
  let input = 0;
  const walk = (axis: number, output: number): void => {
    if (axis === shape.length) {
      visit(input++, output);
      return;
    }
    for (let index = 0; index < shape[axis]!; index++) walk(axis + 1, output + index * strides[axis]!);
  };
  walk(0, 0);
}

/** The divisor of M2; never negative, so that too few values give NaN or infinity. */
export function computeDivisor(shape: Shape, { axes, correction }: MomentsAttributes): number {
  return Math.max(0, countReduced(shape, axes) - correction);
}
