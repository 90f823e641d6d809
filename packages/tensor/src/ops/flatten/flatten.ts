import { checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { normalizeAxis, sizeOf } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reshape } from "../reshape/reshape.ts";

/**
 * Makes one axis of neighbouring ones: a view. A scalar becomes a vector of one element.
 *
 * Shapes: [..., a, b, ...] -> [..., a * b, ...]. Throws ArgumentError for axes out of range or in the wrong order.
 *
 * @param firstAxis default: 0
 * @param lastAxis the last axis that is merged; default: -1
 * @example flatten(images, 1) // [n, 28, 28] -> [n, 784]
 */
export function flatten(x: Tensor, firstAxis = 0, lastAxis = -1): Tensor {
  checkTensors("flatten", x);
  if (x.rank === 0) return reshape(x, [1]);
  const first = normalizeAxis(firstAxis, x.rank, "flatten");
  const last = normalizeAxis(lastAxis, x.rank, "flatten");
  if (last < first) {
    throw new ArgumentError(
      `flatten: found axes ${first} to ${last}, expected the first not to come after the last`,
    );
  }
  const merged = sizeOf(x.shape.slice(first, last + 1));
  return reshape(x, x.shape.toSpliced(first, last + 1 - first, merged));
}
