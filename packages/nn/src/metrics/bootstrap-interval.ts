import { ArgumentError, threefry } from "@evenkeel/tensor";
import {
  belowOne,
  callable,
  checkOptions,
  checkValue,
  listOf,
  positiveInteger,
  seedWord,
} from "@evenkeel/tensor/checks";

export interface BootstrapOptions {
  /** The share of the resampled scores that lie in the interval; default 0.95. */
  readonly confidence?: number;
  /** How often the examples are drawn again; default 1000. */
  readonly samples?: number;
  /** Default: 1. The same seed gives the same interval everywhere. */
  readonly seed?: number;
}

/** The stream of random numbers that resampling uses. */
const stream = 0;

/**
 * A confidence interval of a score over the examples of a test set, by the percentile bootstrap (Efron 1979; Koehn 2004 for BLEU): as many
 * examples are drawn with replacement, again and again, and the score is computed of each draw. `counts` are those of each example, which
 * are summed before `score` gets them, as in the metrics of passes: `[1]` or `[0]` for an accuracy, `countBleu` for BLEU.
 *
 * @throws ArgumentError for no examples, for examples with different numbers of counts, and for options out of range
 * @example
 * const right = [[1], [1], [0], [1]];
 * const [low, high] = computeBootstrapInterval(right, ([sum]) => sum! / right.length);
 */
export function computeBootstrapInterval(
  counts: readonly ArrayLike<number>[],
  score: (totals: readonly number[]) => number,
  options: BootstrapOptions = {},
): readonly [low: number, high: number] {
  checkValue("computeBootstrapInterval: counts", counts, listOf(someCounts));
  checkValue("computeBootstrapInterval: score", score, callable);
  checkOptions<BootstrapOptions>("computeBootstrapInterval", options, {
    confidence: belowOne,
    samples: positiveInteger,
    seed: seedWord,
  });
  const { confidence = 0.95, samples = 1000, seed = 1 } = options;
  const size = counts[0]?.length ?? 0;
  const stray = counts.findIndex(({ length }) => length !== size);
  if (counts.length === 0 || stray >= 0) {
    throw new ArgumentError(
      `computeBootstrapInterval: counts: found ${counts.length === 0 ? "no examples" : `${counts[stray]!.length} counts in example ${stray}`}, expected ${counts.length === 0 ? "at least one" : size}`,
    );
  }
  const scores = Float64Array.from({ length: samples }, (_, sample) => {
    const totals = new Array<number>(size).fill(0);
    for (let draw = 0; draw < counts.length; draw++) {
      const bits = threefry(seed, stream, sample * counts.length + draw);
      const drawn = counts[Math.floor((bits / 2 ** 32) * counts.length)]!;
      for (let index = 0; index < size; index++) totals[index]! += drawn[index]!;
    }
    return score(totals);
  }).sort();
  const outside = (1 - confidence) / 2;
  return [pickQuantile(scores, outside), pickQuantile(scores, 1 - outside)];
}

const someCounts = {
  expected: "counts of each example",
  accepts: (value: unknown) => typeof (value as ArrayLike<number> | null)?.length === "number",
};

/** The value at a share of sorted values, interpolated between neighbours. */
function pickQuantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return below + (above - below) * (place - Math.floor(place));
}
