import type { Seed } from "@evenkeel/tensor";
import { drawPermutation } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { anything, aSeed, checkOptions, checkValue, yesOrNo } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import type { ImageSet } from "../images/image-set.ts";
import { streams, toSeedNumber } from "../random/random-stream.ts";
import { type ClassLabels, checkClassLabels, groupByClass } from "../sampling/class-labels.ts";
import type { Examples } from "./combine.ts";
import type { Split } from "./split.ts";
import { findSelection } from "./split.ts";

export interface KFoldOptions {
  /** The number of parts, each of which is held out once. Default: 5. */
  readonly folds?: number;
  /** The class of each example. All parts then have the classes in the proportions of the set. */
  readonly stratify?: ClassLabels | undefined;
  /** Whether examples are assigned to parts at random; a set that is sorted by class should be. Default: true. */
  readonly shuffled?: boolean | undefined;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

/**
 * Splits a set into parts for cross-validation: each example is held out in exactly one split. The sizes of the parts differ by at most
 * one, and with `stratify` the numbers of each class in them do too.
 *
 * Throws ArgumentError for fewer than two parts, for more parts than examples, and for wrong options.
 *
 * @example kFold(["a", "b", "c", "d"], { folds: 2, seed: 1 }).map(({ held }) => held.length) // 2 and 2
 */
export function kFold(set: ImageSet, options?: KFoldOptions): Split<ImageSet>[];
export function kFold<Example>(set: Examples<Example>, options?: KFoldOptions): Split<Dataset<Example>>[];
export function kFold(
  set: ImageSet | Examples<unknown>,
  options: KFoldOptions = {},
): Split<ImageSet | Dataset<unknown>>[] {
  const { count, select } = findSelection("kFold", set);
  const rules = { folds: anything, stratify: anything, shuffled: yesOrNo, seed: aSeed };
  checkOptions<KFoldOptions>("kFold", options, rules);
  const { folds = 5, stratify, shuffled = true } = options;
  checkValue("kFold: folds", folds, someFolds(count));
  if (stratify !== undefined) checkClassLabels("kFold: stratify", stratify, count);
  const order = shuffled
    ? drawPermutation(count, { seed: toSeedNumber(options.seed), stream: streams.split })
    : Int32Array.from({ length: count }, (_, position) => position);
  const byClass =
    stratify === undefined
      ? [...order]
      : groupByClass(stratify, order).flatMap((positions) => [...positions]);
  const foldOf = new Int32Array(count);
  byClass.forEach((position, index) => {
    foldOf[position] = index % folds;
  });
  const positions = Int32Array.from(foldOf, (_, position) => position);
  return Array.from({ length: folds }, (_, fold) => ({
    rest: select(positions.filter((position) => foldOf[position] !== fold)),
    held: select(
      positions.filter((position) => foldOf[position] === fold),
      `fold ${fold}`,
    ),
  }));
}

const someFolds = (count: number): Rule => ({
  expected: `an integer from 2 to ${count}, the number of examples`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= 2 && (value as number) <= count,
});
