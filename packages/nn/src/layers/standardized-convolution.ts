import { standardizeWeight } from "@evenkeel/batchnorm/norms";
import type { Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import { Conv2d } from "./convolution.ts";
import type { Epilogue } from "./epilogue.ts";

/**
 * A convolution of images with weight standardization (Qiao et al. 2019): the weights of each output channel are brought to mean
 * 0 and variance 1 in every pass, as by `standardizeWeight`. The saved weight is the one before that. With group norm it takes
 * the place of a convolution with batch norm where batches are small.
 *
 * Shapes, options and errors: as `Conv2d`.
 *
 * @example new Sequential(new StandardizedConv2d(3, 8, 3, { bias: false, seed: 1 }), new GroupNorm(4, 8), new ReLU())
 */
export class StandardizedConv2d extends Conv2d {
  override forwardWith(x: Tensor, { activation }: Epilogue): Tensor {
    return scope(() => this.convolve(x, standardizeWeight(this.weight.value), activation));
  }

  override describe(): string {
    return `Standardized${super.describe()}`;
  }
}
