import { ArgumentError } from "@evenkeel/tensor";
import { callable, checkOptions, listOf, positive } from "@evenkeel/tensor/checks";

export interface UsableLearningRatesOptions {
  /** In rising order. */
  readonly learningRates: readonly number[];
  /** Trains a new model with a learning rate and returns what it reached, such as its test accuracy. */
  train(learningRate: number): number | Promise<number>;
  /** Whether a training that reached this value was of use, such as `(accuracy) => accuracy > 0.9`. NaN should not be. */
  accepts(reached: number): boolean;
}

/** What a learning rate led to. */
export interface LearningRateResult {
  readonly learningRate: number;
  readonly reached: number;
  readonly isUsable: boolean;
}

export interface UsableLearningRates {
  readonly results: readonly LearningRateResult[];
  /** The widest stretch of neighbouring rates that are all usable; undefined if none is. */
  readonly range: readonly [lowest: number, highest: number] | undefined;
  /** The width of that stretch in powers of ten; 0 for a single rate or none. */
  readonly decades: number;
}

/**
 * Trains with each of some learning rates, and finds the widest range of those with which training was of use: how much the choice of
 * the rate matters.
 *
 * Rejects with ArgumentError for wrong options and rates that do not rise, and with what the two functions throw.
 *
 * @example
 * const { decades } = await findUsableLearningRates({
 *   learningRates: [1e-3, 1e-2, 0.1, 1],
 *   train: async (rate) => 1 / (1 + rate),
 *   accepts: (reached) => reached > 0.9,
 * });
 */
export async function findUsableLearningRates(
  options: UsableLearningRatesOptions,
): Promise<UsableLearningRates> {
  checkOptions<UsableLearningRatesOptions>(
    "findUsableLearningRates",
    options,
    { learningRates: listOf(positive), train: callable, accepts: callable },
    ["learningRates", "train", "accepts"],
  );
  const { learningRates, train, accepts } = options;
  const fall = learningRates.findIndex((rate, index) => rate <= (learningRates[index - 1] ?? 0));
  if (fall >= 0) {
    throw new ArgumentError(
      `findUsableLearningRates: learningRates[${fall}]: found ${learningRates[fall]}, expected more than the rate before it`,
    );
  }
  const results: LearningRateResult[] = [];
  for (const learningRate of learningRates) {
    const reached = await train(learningRate);
    results.push({ learningRate, reached, isUsable: accepts(reached) });
  }
  const range = findWidestStretch(results);
  return { results, range, decades: range === undefined ? 0 : Math.log10(range[1] / range[0]) };
}

function findWidestStretch(
  results: readonly LearningRateResult[],
): readonly [lowest: number, highest: number] | undefined {
  let widest: readonly [number, number] | undefined;
  let lowest: number | undefined;
  for (const { learningRate, isUsable } of results) {
    lowest = isUsable ? (lowest ?? learningRate) : undefined;
    if (lowest === undefined) continue;
    if (widest === undefined || learningRate / lowest > widest[1] / widest[0])
      widest = [lowest, learningRate];
  }
  return widest;
}
