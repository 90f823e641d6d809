import type { Seed } from "@evenkeel/tensor";
import { drawPermutation } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { anything, aSeed, checkOptions, either } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import type { ImageSet } from "../images/image-set.ts";
import { upTo } from "../images/option-checks.ts";
import { streams, toSeedNumber } from "../random/random-stream.ts";
import { type ClassLabels, checkClassLabels, groupByClass } from "../sampling/class-labels.ts";
import type { Examples } from "./combine.ts";
import type { Split } from "./split.ts";
import { findSelection } from "./split.ts";

export interface RandomSplitOptions {
  /** The number of examples that are held out, or their share in (0, 1). */
  readonly held: number;
  /** The class of each example. Both parts then have the classes in the proportions of the set. */
  readonly stratify?: ClassLabels | undefined;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
}

const share: Rule = {
  expected: "a share in (0, 1)",
  accepts: (value) => typeof value === "number" && value > 0 && value < 1,
};

/**
 * Splits a set at random into `held` examples and the rest. The same seed gives the same split. With `stratify`, the number of held
 * examples of each class differs by less than one from its share.
 *
 * Throws ArgumentError unless 0 <= held <= the size of the set or held is a share, there is a label for each example, and the seed is
 * an integer in [0, 2^32) or a RandomSource.
 *
 * @example const { rest: train, held: validation } = randomSplit(images, { held: 2000, seed: 1, stratify: images.labels });
 */
export function randomSplit(set: ImageSet, options: RandomSplitOptions): Split<ImageSet>;
export function randomSplit<Example>(
  set: Examples<Example>,
  options: RandomSplitOptions,
): Split<Dataset<Example>>;
export function randomSplit(
  set: ImageSet | Examples<unknown>,
  options: RandomSplitOptions,
): Split<ImageSet | Dataset<unknown>> {
  const { count, select } = findSelection("randomSplit", set);
  const rules = { held: either(upTo(count), share), stratify: anything, seed: aSeed };
  checkOptions<RandomSplitOptions>("randomSplit", options, rules, ["held"]);
  const { held, stratify } = options;
  if (stratify !== undefined) checkClassLabels("randomSplit: stratify", stratify, count);
  const holds = held < 1 ? Math.round(held * count) : held;
  const order = drawPermutation(count, { seed: toSeedNumber(options.seed), stream: streams.split });
  const isHeld = new Uint8Array(count);
  if (stratify === undefined) isHeld.fill(1, 0, holds);
  else markEvenly(stratify, order, holds, isHeld);
  return {
    rest: select(order.filter((_, index) => isHeld[index] === 0)),
    held: select(
      order.filter((_, index) => isHeld[index] === 1),
      "held out",
    ),
  };
}

/** Marks `holds` places of an order at equal distances, counted class by class. */
function markEvenly(labels: ClassLabels, order: Int32Array, holds: number, isHeld: Uint8Array): void {
  const places = Int32Array.from(order, (_, place) => place);
  const labelsInOrder = Array.from(order, (position) => labels[position]!);
  const byClass = groupByClass(labelsInOrder, places).flatMap((positions) => [...positions]);
  byClass.forEach((place, index) => {
    const end = (part: number): number => Math.floor((part * holds) / order.length);
    isHeld[place] = end(index + 1) - end(index);
  });
}
