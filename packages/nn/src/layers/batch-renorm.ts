import type { BatchNormOptions, BatchNormResult } from "@evenkeel/batchnorm";
import { batchRenorm } from "@evenkeel/batchnorm/norms";
import type { Tensor } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, nonNegative } from "@evenkeel/tensor/checks";
import { BatchNorm } from "./batch-norm.ts";
import type { RunningNormOptions } from "./running-norm.ts";
import { runningNormRules } from "./running-norm.ts";

/** The options of batch renormalization layers. */
export interface BatchRenormLayerOptions extends Omit<RunningNormOptions, "trackRunningStats"> {
  /** The largest ratio of the standard deviations of the batch and of the running statistics that is corrected; default 3. */
  readonly rMax?: number;
  /** The largest distance of the two means, in running standard deviations, that is corrected; default 5. */
  readonly dMax?: number;
}

const ratio: Rule = {
  expected: "a finite number of at least 1",
  accepts: (value) => Number.isFinite(value) && (value as number) >= 1,
};

/**
 * The base class of batch renormalization layers (Ioffe 2017) of all ranks: in training, a batch is normalized by its own statistics
 * and corrected toward the running ones, so that small batches train as well as large ones. In evaluation mode it is batch
 * norm, whose names in saved state it has.
 *
 * Training should begin with `rMax` 1 and `dMax` 0, which is batch norm; Ioffe raises them to 3 and 5 over the first tens of
 * thousands of steps. Both may be set at any time.
 */
export abstract class BatchRenorm extends BatchNorm {
  private ratioLimit = 1;
  private distanceLimit = 0;

  constructor(channels: number, options: BatchRenormLayerOptions = {}) {
    const { trackRunningStats, ...rules } = runningNormRules;
    checkOptions<BatchRenormLayerOptions>("BatchRenorm", options, {
      ...rules,
      rMax: ratio,
      dMax: nonNegative,
    });
    const { rMax = 3, dMax = 5, ...common } = options;
    super(channels, common);
    this.rMax = rMax;
    this.dMax = dMax;
  }

  /** Throws ArgumentError for a number below 1. */
  get rMax(): number {
    return this.ratioLimit;
  }

  set rMax(limit: number) {
    checkValue("BatchRenorm: rMax", limit, ratio);
    this.ratioLimit = limit;
  }

  /** Throws ArgumentError for a number below 0. */
  get dMax(): number {
    return this.distanceLimit;
  }

  set dMax(limit: number) {
    checkValue("BatchRenorm: dMax", limit, nonNegative);
    this.distanceLimit = limit;
  }

  protected override normalize(x: Tensor, options: BatchNormOptions): BatchNormResult {
    const { runningMean, runningVariance } = options;
    // While tracking is off, there is nothing to correct toward.
    if (!options.training || !runningMean || !runningVariance) return super.normalize(x, options);
    const { rMax, dMax } = this;
    return batchRenorm(x, { ...options, runningMean, runningVariance, rMax, dMax });
  }

  override describe(): string {
    return `BatchRenorm${this.ranks.at(-1)! - 2}d ${this.channels}, rMax ${this.rMax}, dMax ${this.dMax}`;
  }
}

/**
 * Batch renormalization of vectors or sequences.
 *
 * Shapes: [n, channels] or [n, channels, w] -> the same. Throws as `BatchNorm1d`.
 *
 * @example new BatchRenorm1d(8, { rMax: 1, dMax: 0 }).forward(normal([4, 8])) // -> [4, 8]
 */
export class BatchRenorm1d extends BatchRenorm {
  protected readonly ranks: readonly number[] = [2, 3];
}

/**
 * Batch renormalization of images.
 *
 * Shapes: [n, channels, h, w] -> the same. Throws as `BatchNorm2d`.
 *
 * @example new BatchRenorm2d(8).forward(normal([4, 8, 5, 5])) // -> [4, 8, 5, 5]
 */
export class BatchRenorm2d extends BatchRenorm {
  protected readonly ranks: readonly number[] = [4];
}

/**
 * Batch renormalization of volumes.
 *
 * Shapes: [n, channels, d, h, w] -> the same. Throws as `BatchNorm3d`.
 *
 * @example new BatchRenorm3d(8).forward(normal([4, 8, 3, 5, 5])) // -> [4, 8, 3, 5, 5]
 */
export class BatchRenorm3d extends BatchRenorm {
  protected readonly ranks: readonly number[] = [5];
}
