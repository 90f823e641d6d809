import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  DTypeError,
  formatShape,
  formatSpec,
  isFloat,
  isTensor,
  ShapeError,
} from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import { attempt, blame } from "../module/failure.ts";
import type { AnyModule } from "../module/module.ts";

/** Runs the computation of a layer on x, which must be a tensor; errors then name the layer. */
export function compute<Result>(layer: AnyModule, x: Tensor, body: () => Result): Result {
  return attempt(layer, () => {
    if (isTensor(x)) return body();
    throw new ArgumentError(`found ${describeValue(x)}, expected a tensor`);
  });
}

/**
 * Returns x if it has the expected sizes, otherwise throws ShapeError. A word stands for any size, a leading "..." for
 * any leading dimensions.
 */
export function checkInput(layer: AnyModule, x: Tensor, expected: readonly (string | number)[]): Tensor {
  if (!isTensor(x)) {
    throw blame(new ArgumentError(`found ${describeValue(x)}, expected a tensor`), layer);
  }
  const { shape } = x;
  const sizes = expected.filter((size) => size !== "...");
  const isLong =
    sizes.length === expected.length ? shape.length === sizes.length : shape.length >= sizes.length;
  const own = shape.slice(shape.length - sizes.length);
  if (isLong && sizes.every((size, axis) => typeof size === "string" || size === own[axis])) return x;
  const message = `found ${formatShape(shape)}, expected [${expected.join(", ")}]`;
  throw blame(new ShapeError(message), layer);
}

/** Throws DTypeError unless x is of a float dtype. */
export function checkFloat(x: Tensor): void {
  if (!isFloat(x.dtype)) throw new DTypeError(`found ${formatSpec(x)}, expected a float dtype`);
}
