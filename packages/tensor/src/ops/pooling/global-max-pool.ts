import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { max } from "../reduction/extreme.ts";

/**
 * The maximum over all dimensions after the batch and the channels. Equal maxima share the gradient; of `adaptiveMaxPool2d(x, 1)`
 * the first one gets it.
 *
 * Shapes: [batch, channels, ...] -> [batch, channels]. Throws ShapeError below rank 3 and without positions, DTypeError unless x
 * is f32, f16, i32 or u32.
 *
 * @example globalMaxPool(features) // [32, 512, 7, 7] -> [32, 512]
 */
export function globalMaxPool(x: Tensor): Tensor {
  checkTensors("globalMaxPool", x);
  if (x.rank < 3) {
    throw new ShapeError(
      `globalMaxPool: x: found shape ${formatShape(x.shape)}, expected [batch, channels, ...]`,
    );
  }
  return max(x, { axis: x.shape.slice(2).map((_, axis) => axis + 2) });
}
