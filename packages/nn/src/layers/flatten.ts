import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, formatShape, reshape, sizeOf } from "@evenkeel/tensor";
import { Module } from "../module/module.ts";

/**
 * Joins all dimensions from `startAxis` on, a view.
 *
 * Shapes: [n, c, h, w] -> [n, c * h * w]. Throws ArgumentError for a tensor without that axis.
 */
export class Flatten extends Module {
  readonly startAxis: number;

  constructor(options: { readonly startAxis?: number } = {}) {
    super();
    this.startAxis = options.startAxis ?? 1;
  }

  forward(x: Tensor): Tensor {
    const { startAxis } = this;
    if (x.rank <= startAxis) {
      throw new ArgumentError(
        `Flatten: found ${formatShape(x.shape)}, expected more than ${startAxis} dimensions`,
      );
    }
    return reshape(x, [...x.shape.slice(0, startAxis), sizeOf(x.shape.slice(startAxis))]);
  }
}
