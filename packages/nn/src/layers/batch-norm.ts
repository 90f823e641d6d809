import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions } from "@evenkeel/tensor/checks";
import type { BatchNormEpilogue } from "./epilogue.ts";
import type { FusedPair, FusibleBatchNorm } from "./fused-pairs.ts";
import { conv2dAndBatchNorm } from "./fused-pairs.ts";
import type { GhostBatches } from "./ghost-batches.ts";
import type { RunningNormOptions } from "./running-norm.ts";
import { RunningNorm, runningNormRules } from "./running-norm.ts";

/** The options of batch norm layers; the defaults are PyTorch's: affine and trackRunningStats are true. */
export interface BatchNormLayerOptions extends RunningNormOptions {
  /** In training, parts of the batch are normalized by their own statistics. Default: the batch is one part. */
  readonly ghosts?: GhostBatches;
}

/** Recognized by its method: programs without ghost batches do not load them. */
const someGhostBatches: Rule = {
  expected: "new GhostBatches(size)",
  accepts: (value) => typeof (value as Partial<GhostBatches> | null)?.normalize === "function",
};

/**
 * The base class of batch norm layers of all ranks, with PyTorch's semantics. In training mode a batch is normalized by its own
 * statistics, which also update the running ones, once, when the outermost differentiated call returns. In evaluation mode, and
 * when the layer is frozen, it is normalized by the running statistics.
 */
export abstract class BatchNorm extends RunningNorm {
  readonly ghosts: GhostBatches | undefined;

  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    checkOptions<BatchNormLayerOptions>("BatchNorm", options, {
      ...runningNormRules,
      ghosts: someGhostBatches,
    });
    super("BatchNorm", channels, options);
    this.ghosts = options.ghosts;
  }

  get normalizes(): "batch" {
    return "batch";
  }

  forwardWith(x: Tensor, epilogue: BatchNormEpilogue): Tensor {
    this.checkShape(x);
    return this.adopt(this.normalize(x, { ...this.options(epilogue), training: this.usesBatch }));
  }

  override asFusible(): FusibleBatchNorm | undefined {
    const isPlain =
      this.forwardWith === BatchNorm.prototype.forwardWith &&
      this.normalize === BatchNorm.prototype.normalize;
    if (!this.usesBatch || !isPlain || this.ghosts !== undefined) return undefined;
    return {
      kind: "batchNorm",
      channels: this.channels,
      options: (epilogue) => this.options(epilogue),
      adopt: (result) => this.adopt(result),
      checkInput: (x) => this.checkShape(x),
    };
  }

  /** The operation of the layer. */
  protected normalize(x: Tensor, options: BatchNormOptions): BatchNormResult {
    return this.ghosts === undefined ? batchNorm(x, options) : this.ghosts.normalize(x, options);
  }

  protected options({ activation, residual }: BatchNormEpilogue): BatchNormOptions {
    return { ...this.state, activation, residual, momentum: this.momentum, epsilon: this.epsilon };
  }

  override describe(): string {
    const ghosts = this.ghosts === undefined ? "" : `, ghost batches of ${this.ghosts.size}`;
    return `BatchNorm${this.ranks.at(-1)! - 2}d ${this.channels}${ghosts}`;
  }
}

/**
 * Batch norm of vectors or sequences.
 *
 * Shapes: [n, channels] or [n, channels, w] -> the same. Throws ShapeError for other shapes and, in training mode, for
 * a single value per channel.
 *
 * @example new BatchNorm1d(100)
 */
export class BatchNorm1d extends BatchNorm {
  protected readonly ranks: readonly number[] = [2, 3];
}

/**
 * Batch norm of images.
 *
 * Shapes: [n, channels, h, w] -> the same. Throws ShapeError for other shapes and, in training mode, for a single value
 * per channel.
 *
 * @example new BatchNorm2d(64, { momentum: 0.01 })
 */
export class BatchNorm2d extends BatchNorm {
  protected readonly ranks: readonly number[] = [4];

  /** In training mode, the preceding convolution computes the statistics too where that is faster. */
  override get pairs(): readonly FusedPair[] {
    return [conv2dAndBatchNorm];
  }
}

/**
 * Batch norm of volumes.
 *
 * Shapes: [n, channels, d, h, w] -> the same. Throws ShapeError for other shapes and, in training mode, for a single
 * value per channel.
 *
 * @example new BatchNorm3d(16)
 */
export class BatchNorm3d extends BatchNorm {
  protected readonly ranks: readonly number[] = [5];
}
