import { maskedBatchNorm } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { BatchNorm } from "./batch-norm.ts";
import { compute } from "./layer.ts";

/**
 * Batch norm of ragged data: sequences or images of different sizes that are padded to one size. Only values whose mask is true
 * count, in the statistics of the batch and in the running ones; everywhere else the output and the gradients are 0. Without a
 * mask it is the batch norm of its rank, whose names in saved state it has.
 *
 * Shapes: [n, channels, ...] of rank 2 to 5, and a bool mask that broadcasts to it -> as x. Throws ShapeError for other shapes,
 * DTypeError unless the mask is bool.
 *
 * @example
 * const mask = less(arange(0, 5), reshape(tensor([3, 5], { dtype: "f32" }), [2, 1, 1])); // of two sequences
 * const y = new MaskedBatchNorm(8).forward(ones([2, 8, 5]), mask);
 */
export class MaskedBatchNorm extends BatchNorm {
  protected readonly ranks: readonly number[] = [2, 3, 4, 5];

  override forward(x: Tensor, mask?: Tensor): Tensor {
    if (mask === undefined) return super.forward(x);
    return compute(this, x, () => {
      this.checkShape(x);
      return this.adopt(maskedBatchNorm(x, mask, { ...this.options({}), training: this.usesBatch }));
    });
  }

  override describe(): string {
    return `MaskedBatchNorm ${this.channels}`;
  }
}
