import type { Activation, Backend, Tensor } from "@evenkeel/tensor";
import { deferStateChange, formatShape, keep, ones, ShapeError, zeros } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  checkValue,
  fraction,
  nonNegative,
  nullOr,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Buffer, Counter, Parameter } from "../module/variable.ts";
import { FusingModule } from "./fusion.ts";

/** The options of norms with running statistics. */
export interface RunningNormOptions {
  /** Added to the variance before the square root is taken; default 1e-5. */
  readonly epsilon?: number;
  /** The weight of the new statistics; null takes the average of all batches. Default 0.1. */
  readonly momentum?: number | null;
  /** Whether the layer has a trainable scale and shift. */
  readonly affine?: boolean;
  /** Whether the layer has running statistics; without them, evaluation mode uses the statistics of the batch too. */
  readonly trackRunningStats?: boolean;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const runningNormRules: Rules<RunningNormOptions> = {
  epsilon: nonNegative,
  momentum: /* @__PURE__ */ nullOr(fraction),
  affine: yesOrNo,
  trackRunningStats: yesOrNo,
  backend: aBackend,
};

/** Running statistics after a batch. */
interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly batches: number;
}

/** What a norm made of a batch. */
interface NormResult {
  readonly y: Tensor;
  readonly statistics?: Tensor;
  readonly runningMean?: Tensor;
  readonly runningVariance?: Tensor;
  readonly numBatchesTracked?: number;
}

/** Functions that get the statistics of each batch before they are freed, and its result, by the norm that computes them. */
export const statisticsListeners: WeakMap<RunningNorm, (statistics: Tensor, y: Tensor) => void> =
  new WeakMap();

/**
 * The base class of norms with running statistics. New statistics take effect once, when the outermost differentiated call
 * returns.
 */
export abstract class RunningNorm extends FusingModule {
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

  /** The options have been checked. */
  constructor(name: string, channels: number, options: RunningNormOptions) {
    super();
    checkValue(`${name}: channels`, channels, positiveInteger);
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

  /** Whether the activation preserves the sign, which the gradient reads from the result. */
  override takes(activation: Activation): boolean {
    return typeof activation === "string" || activation.leakyRelu >= 0;
  }

  /** Resets the running statistics to those of a new layer. */
  resetRunningStatistics(): void {
    if (!this.runningMean || !this.runningVariance || !this.numBatchesTracked) return;
    const { backend } = this.runningMean.value;
    this.runningMean.value = zeros([this.channels], { backend });
    this.runningVariance.value = ones([this.channels], { backend });
    this.numBatchesTracked.value = 0;
  }

  /** Whether the batch is normalized by its own statistics. */
  protected get usesBatch(): boolean {
    return this.isTraining && !this.isFrozen;
  }

  /** The parameters and running statistics of a call; while tracking is off, training has no running statistics. */
  protected get state(): {
    readonly scale: Tensor | undefined;
    readonly shift: Tensor | undefined;
    readonly runningMean: Tensor | undefined;
    readonly runningVariance: Tensor | undefined;
    readonly numBatchesTracked: number | undefined;
  } {
    const running = this.usesBatch && !this.trackRunningStats ? undefined : this.getLatestStatistics();
    return {
      scale: this.scale?.value,
      shift: this.shift?.value,
      runningMean: running?.mean,
      runningVariance: running?.variance,
      numBatchesTracked: running?.batches,
    };
  }

  /** Stores the new running statistics, frees the rest, and returns y. */
  protected adopt(result: NormResult): Tensor {
    if (result.statistics) {
      statisticsListeners.get(this)?.(result.statistics, result.y);
      result.statistics.dispose();
    }
    this.adoptLater(result);
    return result.y;
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
  private adoptLater({ runningMean, runningVariance, numBatchesTracked }: NormResult): void {
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

  protected checkShape(x: Tensor): void {
    if (this.ranks.includes(x.rank) && x.shape[1] === this.channels) return;
    throw new ShapeError(
      `found ${formatShape(x.shape)}, expected ${this.channels} channels in the second of ${this.ranks.join(" or ")} dimensions`,
    );
  }
}
