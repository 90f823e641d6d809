import type { AvgPoolOptions, Extent, PoolOptions, Tensor } from "@evenkeel/tensor";
import { avgPool2d, globalAveragePool, maxPool2d } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";

/**
 * The maximum of windows; they touch unless a stride is given.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns].
 *
 * @example new MaxPool2d(3, { stride: 2, padding: 1 })
 */
export class MaxPool2d extends Module {
  readonly kernel: Extent;
  readonly options: PoolOptions;

  constructor(kernel: Extent, options: PoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernel, this.options);
  }
}

/**
 * The mean of windows; they touch unless a stride is given.
 *
 * Shapes: [n, c, h, w] -> [n, c, rows, columns].
 *
 * @example new AvgPool2d(2)
 */
export class AvgPool2d extends Module {
  readonly kernel: Extent;
  readonly options: AvgPoolOptions;

  constructor(kernel: Extent, options: AvgPoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernel, this.options);
  }
}

/**
 * The mean over all positions: PyTorch's `AdaptiveAvgPool2d(1)` and the `Flatten` behind it in one.
 *
 * Shapes: [n, c, ...] -> [n, c].
 */
export class GlobalAveragePool extends Module {
  forward(x: Tensor): Tensor {
    return globalAveragePool(x);
  }
}
