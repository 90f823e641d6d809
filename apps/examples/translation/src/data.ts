import { multi30k, type PairSet, syntheticPairs } from "@evenkeel/datasets";
import { loadPublished as load } from "@evenkeel/datasets/node";
import { loadPublished, type Session, type TaskData } from "@evenkeel/example-task";
import type { Options } from "./options.ts";

export interface Data extends TaskData {
  readonly train: PairSet;
  /** The pairs by which the recipe was chosen. */
  readonly validation: PairSet;
  readonly test: PairSet;
}

type Parts = Pick<Data, "train" | "validation" | "test">;

/** A short run tests one pair for so many training pairs, from `leastTested` on. */
const pairsPerTested = 20;
const leastTested = 60;
const syntheticCounts = { train: 10_000, validation: 500, test: 500 } as const;

/** Loads the data set that the options name, or draws synthetic pairs. */
export const loadData = (
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> =>
  loadPublished<Parts>(
    {
      name: options.dataset,
      load: async (download) => {
        const parts = ["train", "validation", "test2016Flickr"] as const;
        const { train, validation, test2016Flickr: test } = await load(multi30k, { ...download, parts });
        return limit({ train, validation, test }, options);
      },
      makeSynthetic: () => limit(drawPairs(options), options),
    },
    session,
  );

function drawPairs({ seed }: Options): Parts {
  const draw = (part: keyof Parts): PairSet => syntheticPairs({ count: syntheticCounts[part], part, seed });
  return { train: draw("train"), validation: draw("validation"), test: draw("test") };
}

function limit({ train, validation, test }: Parts, { pairs }: Options): Parts {
  if (pairs === 0) return { train, validation, test };
  const tested = Math.max(leastTested, Math.round(pairs / pairsPerTested));
  return { train: first(train, pairs), validation: first(validation, tested), test: first(test, tested) };
}

const first = (set: PairSet, count: number): PairSet => ({
  ...set,
  sources: set.sources.slice(0, count),
  targets: set.targets.slice(0, count),
  length: Math.min(set.length, count),
});
