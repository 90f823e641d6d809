import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { ghostBatchNorm } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { checkValue, positiveInteger } from "@evenkeel/tensor/checks";

/**
 * Ghost batches for batch norm layers: in training, parts of the batch of about `size` samples are normalized by their own
 * statistics, as by `ghostBatchNorm`. Throws ArgumentError for a size that is not a positive integer.
 *
 * @example new BatchNorm2d(64, { ghosts: new GhostBatches(32) })
 */
export class GhostBatches {
  /** The samples of a ghost batch; a remainder is spread evenly. */
  readonly size: number;

  constructor(size: number) {
    checkValue("GhostBatches: size", size, positiveInteger);
    this.size = size;
  }

  /** The batch norm of a layer with ghost batches. */
  normalize(x: Tensor, options: BatchNormOptions): BatchNormResult {
    return ghostBatchNorm(x, { ...options, size: this.size });
  }
}
