import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, countElements, formatShape, reshape } from "@evenkeel/tensor";
import { checkOptions, integer } from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { compute } from "./layer.ts";

/**
 * Joins all dimensions from `startAxis` on, as a view; a negative `startAxis` counts from the end.
 *
 * Shapes: [n, c, h, w] -> [n, c * h * w]. Throws ArgumentError for a tensor without that axis.
 */
export class Flatten extends Module {
  readonly startAxis: number;

  constructor(options: { readonly startAxis?: number } = {}) {
    super();
    checkOptions<typeof options>("Flatten", options, { startAxis: integer });
    const { startAxis = 1 } = options;
    this.startAxis = startAxis;
  }

  forward(x: Tensor): Tensor {
    const { startAxis } = this;
    return compute(this, x, () => {
      if (startAxis >= x.rank || startAxis < -x.rank) {
        throw new ArgumentError(`found ${formatShape(x.shape)}, expected an axis ${startAxis}`);
      }
      return reshape(x, [...x.shape.slice(0, startAxis), countElements(x.shape.slice(startAxis))]);
    });
  }
}
