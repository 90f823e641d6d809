/** A step of a learning-rate search. */
export interface LearningRatePoint {
  readonly learningRate: number;
  /** The loss of the batch, before the update at this rate. */
  readonly loss: number;
  /** The exponential average of the losses so far, without the bias of its beginning. */
  readonly smoothedLoss: number;
}

/** The losses over learning rates that grow from step to step, and what they suggest. */
export interface LearningRateCurve {
  readonly points: readonly LearningRatePoint[];
  /** The rate at which the smoothed loss falls most steeply; undefined where it never falls, or where there are too few points. */
  readonly steepest: number | undefined;
  /** A tenth of the rate with the lowest smoothed loss, beyond which the loss soon rises; undefined where there are too few points. */
  readonly minimumTenth: number | undefined;
  /** The rate to train with: `steepest`. */
  readonly suggestion: number | undefined;
}

/** The share of points at the beginning whose averages are of few losses. */
const shareSkipped = 0.1;

/** Smooths the losses of rising learning rates, and notices when they diverge. */
export class CurveRecorder {
  private readonly points: LearningRatePoint[] = [];
  private readonly smoothing: number;
  private readonly divergence: number | null;
  private average = 0;
  private lowest = Infinity;

  /**
   * @param options.smoothing the weight of the average before, of each loss
   * @param options.divergence the multiple of the lowest smoothed loss that ends the search; null for none
   */
  constructor(options: { readonly smoothing: number; readonly divergence: number | null }) {
    this.smoothing = options.smoothing;
    this.divergence = options.divergence;
  }

  /** Takes the loss of the next step. Returns whether the losses have diverged; a loss that is not finite is no point. */
  add(learningRate: number, loss: number): boolean {
    if (!Number.isFinite(loss)) return true;
    const { smoothing, divergence, points } = this;
    this.average = smoothing * this.average + (1 - smoothing) * loss;
    const smoothedLoss = this.average / (1 - smoothing ** (points.length + 1));
    points.push({ learningRate, loss, smoothedLoss });
    this.lowest = Math.min(this.lowest, smoothedLoss);
    // A loss may be negative.
    return divergence !== null && smoothedLoss > this.lowest + (divergence - 1) * Math.abs(this.lowest);
  }

  finish(): LearningRateCurve {
    const { points } = this;
    // The last point may be the one that diverges.
    const judged = points.slice(Math.floor(shareSkipped * points.length), -1);
    const steepest = findSteepest(judged);
    const minimum = judged.reduce<LearningRatePoint | undefined>(
      (best, point) => (best === undefined || point.smoothedLoss < best.smoothedLoss ? point : best),
      undefined,
    );
    return {
      points,
      steepest,
      minimumTenth: minimum && minimum.learningRate / 10,
      suggestion: steepest,
    };
  }
}

/** The rate where the central difference of the smoothed loss over the logarithm of the rate is lowest, if it is negative. */
function findSteepest(points: readonly LearningRatePoint[]): number | undefined {
  let lowest = 0;
  let found: number | undefined;
  for (let index = 0; index < points.length && points.length > 1; index++) {
    const before = points[Math.max(0, index - 1)]!;
    const after = points[Math.min(points.length - 1, index + 1)]!;
    const slope =
      (after.smoothedLoss - before.smoothedLoss) / Math.log(after.learningRate / before.learningRate);
    if (slope >= lowest) continue;
    lowest = slope;
    found = points[index]!.learningRate;
  }
  return found;
}
