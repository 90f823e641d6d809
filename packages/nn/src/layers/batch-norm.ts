import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Activation, Backend, Tensor } from "@evenkeel/tensor";
import { deferStateChange, formatShape, keep, ones, ShapeError, zeros } from "@evenkeel/tensor";
import {
  aBackend,
  checkOptions,
  checkValue,
  fraction,
  nonNegative,
  nullOr,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Buffer, Counter, Parameter } from "../module/variable.ts";
import type { BatchNormEpilogue } from "./epilogue.ts";
import type { FusedPair, FusibleBatchNorm } from "./fused-pairs.ts";
import { conv2dAndBatchNorm } from "./fused-pairs.ts";
import { FusingModule } from "./fusion.ts";

/** The options of batch norm layers; the defaults are PyTorch's. */
export interface BatchNormLayerOptions {
  /** Added to the variance before the square root is taken; default 1e-5. */
  readonly epsilon?: number;
  /** The weight of the new statistics; null takes the average of all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether the layer has a trainable scale and shift; default true. */
  readonly affine?: boolean;
  /**
   * Whether the layer has running statistics; without them, evaluation mode uses the statistics of the batch too.
   * Default true.
   */
  readonly trackRunningStats?: boolean;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** Running statistics after a batch. */
interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly batches: number;
}

/**
 * The base class of batch norm layers of all ranks, with PyTorch's semantics. In training mode a batch is normalized by its own
 * statistics, which also update the running ones, once, when the outermost differentiated call returns. In evaluation mode, and
 * when the layer is frozen, it is normalized by the running statistics.
 */
export abstract class BatchNorm extends FusingModule {
  readonly scale: Parameter | undefined;
  readonly shift: Parameter | undefined;
  readonly runningMean: Buffer | undefined;
  /** The unbiased variance. */
  readonly runningVariance: Buffer | undefined;
  readonly numBatchesTracked: Counter | undefined;
  readonly channels: number;
  readonly epsilon: number;
  momentum: number | null;
  /** While false, training leaves the running statistics as they are. */
  trackRunningStats: boolean;
  /** The statistics after the latest forward pass of the current differentiated call. */
  private pending: Statistics | undefined;

  constructor(channels: number, options: BatchNormLayerOptions = {}) {
    super();
    checkValue("BatchNorm: channels", channels, positiveInteger);
    checkOptions<BatchNormLayerOptions>("BatchNorm", options, {
      epsilon: nonNegative,
      momentum: nullOr(fraction),
      affine: yesOrNo,
      trackRunningStats: yesOrNo,
      backend: aBackend,
    });
    const { epsilon = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, backend } = options;
    this.channels = channels;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.trackRunningStats = trackRunningStats;
    if (affine) {
      this.scale = new Parameter(ones([channels], { backend }), { name: "weight", decayed: false });
      this.shift = new Parameter(zeros([channels], { backend }), { name: "bias", decayed: false });
    }
    if (trackRunningStats) {
      this.runningMean = new Buffer(zeros([channels], { backend }), { name: "running_mean" });
      this.runningVariance = new Buffer(ones([channels], { backend }), { name: "running_var" });
      this.numBatchesTracked = new Counter(0, { name: "num_batches_tracked" });
    }
  }

  /** The ranks of inputs that the layer accepts. */
  protected abstract readonly ranks: readonly number[];

  forwardWith(x: Tensor, epilogue: BatchNormEpilogue): Tensor {
    this.checkShape(x);
    return this.adopt(batchNorm(x, { ...this.options(epilogue), training: this.usesBatch }));
  }

  override asFusible(): FusibleBatchNorm | undefined {
    if (!this.usesBatch || this.forwardWith !== BatchNorm.prototype.forwardWith) return undefined;
    return {
      kind: "batchNorm",
      channels: this.channels,
      options: (epilogue) => this.options(epilogue),
      adopt: (result) => this.adopt(result),
      checkInput: (x) => this.checkShape(x),
    };
  }

  /** Whether the activation preserves the sign, which the gradient reads from the result. */
  override takes(activation: Activation): boolean {
    return typeof activation === "string" || activation.leakyRelu >= 0;
  }

  /** Whether the batch is normalized by its own statistics. */
  protected get usesBatch(): boolean {
    return this.isTraining && !this.isFrozen;
  }

  private options({ activation, residual }: BatchNormEpilogue): BatchNormOptions {
    const running = this.usesBatch && !this.trackRunningStats ? undefined : this.getLatestStatistics();
    return {
      scale: this.scale?.value,
      shift: this.shift?.value,
      activation,
      residual,
      runningMean: running?.mean,
      runningVariance: running?.variance,
      numBatchesTracked: running?.batches,
      momentum: this.momentum,
      epsilon: this.epsilon,
    };
  }

  /** Stores the new running statistics, frees the rest, and returns y. */
  private adopt(result: BatchNormResult): Tensor {
    result.statistics?.dispose();
    this.adoptLater(result);
    return result.y;
  }

  /** Resets the running statistics to those of a new layer. */
  resetRunningStatistics(): void {
    if (!this.runningMean || !this.runningVariance || !this.numBatchesTracked) return;
    const { backend } = this.runningMean.value;
    this.runningMean.value = zeros([this.channels], { backend });
    this.runningVariance.value = ones([this.channels], { backend });
    this.numBatchesTracked.value = 0;
  }

  private getLatestStatistics(): Statistics | undefined {
    if (this.pending) return this.pending;
    if (!this.runningMean || !this.runningVariance || !this.numBatchesTracked) return undefined;
    return {
      mean: this.runningMean.value,
      variance: this.runningVariance.value,
      batches: this.numBatchesTracked.value,
    };
  }

  /** Several passes in one differentiated call build on one another, and take effect only if the call returns. */
  private adoptLater({ runningMean, runningVariance, numBatchesTracked }: BatchNormResult): void {
    if (!runningMean || !runningVariance || numBatchesTracked === undefined) return;
    const earlier = this.pending;
    const next: Statistics = {
      mean: keep(runningMean),
      variance: keep(runningVariance),
      batches: numBatchesTracked,
    };
    this.pending = next;
    deferStateChange({
      commit: () => {
        this.runningMean!.value = next.mean;
        this.runningVariance!.value = next.variance;
        this.numBatchesTracked!.value = next.batches;
        if (this.pending === next) this.pending = undefined;
      },
      discard: () => {
        next.mean.dispose();
        next.variance.dispose();
        if (this.pending === next) this.pending = earlier?.mean.isDisposed ? undefined : earlier;
      },
    });
  }

  private checkShape(x: Tensor): void {
    if (this.ranks.includes(x.rank) && x.shape[1] === this.channels) return;
    throw new ShapeError(
      `found ${formatShape(x.shape)}, expected ${this.channels} channels in the second of ${this.ranks.join(" or ")} dimensions`,
    );
  }

  override describe(): string {
    return `BatchNorm${this.ranks.at(-1)! - 2}d ${this.channels}`;
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
