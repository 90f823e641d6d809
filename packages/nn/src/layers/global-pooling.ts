import type { Tensor } from "@evenkeel/tensor";
import { globalAveragePool, globalMaxPool } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/**
 * The mean over all positions: PyTorch's `AdaptiveAvgPool2d(1)` followed by `Flatten`.
 *
 * Shapes: [n, c, ...] -> [n, c].
 */
export class GlobalAveragePool extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => globalAveragePool(x));
  }
}

/**
 * The maximum over all positions: PyTorch's `AdaptiveMaxPool2d(1)` followed by `Flatten`, except that equal maxima share the
 * gradient, as in Keras.
 *
 * Shapes: [n, c, ...] -> [n, c].
 */
export class GlobalMaxPool extends Module {
  forward(x: Tensor): Tensor {
    return compute(this, x, () => globalMaxPool(x));
  }
}
