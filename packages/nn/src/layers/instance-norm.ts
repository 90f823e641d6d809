import { instanceNorm } from "@evenkeel/batchnorm/norms";
import type { Tensor } from "@evenkeel/tensor";
import { checkOptions } from "@evenkeel/tensor/checks";
import type { Epilogue } from "./epilogue.ts";
import type { RunningNormOptions } from "./running-norm.ts";
import { RunningNorm, runningNormRules } from "./running-norm.ts";

/** The options of instance norm layers; the defaults are PyTorch's: affine and trackRunningStats are false. */
export type InstanceNormLayerOptions = RunningNormOptions;

/**
 * The base class of instance norm layers of all ranks, with PyTorch's semantics: each channel of each sample is normalized by
 * its own mean and variance. A layer with `trackRunningStats` is in evaluation mode normalized by the running ones.
 */
export abstract class InstanceNorm extends RunningNorm {
  constructor(channels: number, options: InstanceNormLayerOptions = {}) {
    checkOptions<InstanceNormLayerOptions>("InstanceNorm", options, runningNormRules);
    const { affine = false, trackRunningStats = false } = options;
    super("InstanceNorm", channels, { ...options, affine, trackRunningStats });
  }

  get normalizes(): "instance" {
    return "instance";
  }

  override takes(): boolean {
    return false;
  }

  forwardWith(x: Tensor, _epilogue: Epilogue): Tensor {
    this.checkShape(x);
    const { numBatchesTracked, ...state } = this.state;
    // As in PyTorch, momentum null keeps the running statistics, and batches are not counted.
    const options = { ...state, epsilon: this.epsilon, momentum: this.momentum ?? 0 };
    return this.adopt({ ...instanceNorm(x, { ...options, training: this.usesBatch }), numBatchesTracked });
  }

  override describe(): string {
    return `InstanceNorm${this.ranks.at(-1)! - 2}d ${this.channels}`;
  }
}

/**
 * Instance norm of sequences.
 *
 * Shapes: [n, channels, w] -> the same. Throws ShapeError for other shapes, and for instances of one value.
 *
 * @example new InstanceNorm1d(8).forward(ones([2, 8, 5])) // -> [2, 8, 5]
 */
export class InstanceNorm1d extends InstanceNorm {
  protected readonly ranks: readonly number[] = [3];
}

/**
 * Instance norm of images.
 *
 * Shapes: [n, channels, h, w] -> the same. Throws ShapeError for other shapes, and for instances of one value.
 *
 * @example new InstanceNorm2d(8, { affine: true }).forward(ones([2, 8, 5, 5])) // -> [2, 8, 5, 5]
 */
export class InstanceNorm2d extends InstanceNorm {
  protected readonly ranks: readonly number[] = [4];
}

/**
 * Instance norm of volumes.
 *
 * Shapes: [n, channels, d, h, w] -> the same. Throws ShapeError for other shapes, and for instances of one value.
 *
 * @example new InstanceNorm3d(8).forward(ones([2, 8, 3, 5, 5])) // -> [2, 8, 3, 5, 5]
 */
export class InstanceNorm3d extends InstanceNorm {
  protected readonly ranks: readonly number[] = [5];
}
