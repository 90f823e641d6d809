import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { mean } from "../reduction/mean.ts";

/**
 * The mean over all dimensions after the batch and the channels.
 *
 * Shapes: [batch, channels, ...] -> [batch, channels]. Throws ShapeError below rank 3, DTypeError unless x is f32 or f16.
 *
 * @example globalAveragePool(features) // [32, 512, 7, 7] -> [32, 512]
 */
export function globalAveragePool(x: Tensor): Tensor {
  checkTensors("globalAveragePool", x);
  if (x.rank < 3) {
    throw new ShapeError(
      `globalAveragePool: x: found shape ${formatShape(x.shape)}, expected [batch, channels, ...]`,
    );
  }
  return mean(x, { axis: x.shape.slice(2).map((_, axis) => axis + 2) });
}
