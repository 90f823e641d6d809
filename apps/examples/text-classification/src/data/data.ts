import {
  agNews,
  type Dataset,
  kFold,
  type LabelledText,
  movieReviews,
  type PublishedSet,
  randomSplit,
  sst2,
  subjectivity,
  type TextSet,
  trec,
} from "@evenkeel/datasets";
import { loadPublished as load } from "@evenkeel/datasets/node";
import { type DownloadOptions, loadPublished, type Session, type TaskData } from "@evenkeel/example-task";
import { ArgumentError } from "@evenkeel/tensor";
import type { Options } from "../options.ts";
import { makeSyntheticTexts } from "./synthetic.ts";

/** What one network is trained on and tested with. */
export interface Fold {
  readonly train: readonly LabelledText[];
  /** Empty without texts that are held out. */
  readonly validation: readonly LabelledText[];
  readonly test: readonly LabelledText[];
}

export interface Data extends TaskData {
  readonly name: Options["dataset"];
  readonly classes: readonly string[];
  /** Several for cross-validation. */
  readonly folds: readonly Fold[];
}

type Parts = Pick<Data, "classes" | "folds">;

/** The parts of a cross-validation, as in Kim 2014. */
const foldsOfCrossValidation = 10;
/** Of all splits, whatever the seed of a run, so that runs are tested with the same texts. */
const seedOfSplits = 1;
const [syntheticTexts, syntheticTests] = [2000, 500];
/** The share of the test file of AG News that tests a network trained on the rest of it. */
const testedShare = 0.2;

/**
 * Loads the data set that the options name, or synthetic sentences. Throws ArgumentError for a batch of more than all texts, and for more parts than
 * the set has.
 */
export async function loadData(
  options: Options,
  session: Session & { readonly startedWith: TaskData | undefined },
): Promise<Data> {
  const { dataset, batchSize } = options;
  const published = {
    name: dataset,
    load: async (download: DownloadOptions) => {
      const parts = await loaders[dataset as "trec"](download);
      checkFolds(parts, options);
      return limit(parts, options);
    },
    makeSynthetic: () => limit(makeSynthetic(options), options),
  };
  const data = (await loadPublished(published, session)) as Data;
  const fewest = Math.min(...data.folds.map(({ train }) => train.length));
  if (batchSize > fewest) {
    throw new ArgumentError(
      `--batch-size: found ${batchSize}, expected at most the ${fewest} training texts`,
    );
  }
  return data;
}

/** Throws ArgumentError if the data set has fewer parts than are to be tested. */
function checkFolds({ folds }: Parts, { dataset, folds: count }: Options): void {
  if (count <= folds.length) return;
  const parts =
    folds.length === 1 ? "0 or 1: it is not cross-validated" : `at most its ${folds.length} parts`;
  throw new ArgumentError(`--folds: found ${count} for ${dataset}, expected ${parts}`);
}

const loaders: {
  readonly [Name in Exclude<Options["dataset"], "synthetic">]: (download: DownloadOptions) => Promise<Parts>;
} = {
  trec: async (download) => {
    const { train, test } = await load(trec, download);
    return divide(train.classes, { train, test });
  },
  sst2: async (download) => {
    const { train, validation, test } = await load(sst2, download);
    return divide(train.classes, { train, validation, test });
  },
  mr: (download) => crossValidate(movieReviews, download),
  subj: (download) => crossValidate(subjectivity, download),
  "ag-news": async (download) => {
    const { train, test } = await load(agNews, download);
    return divide(train.classes, { train, test });
  },
  "ag-news-test": async (download) => {
    const { test: all } = await load(agNews, { ...download, parts: ["test"] });
    const { rest, held } = randomSplit(toDataset(all), {
      held: testedShare,
      stratify: all.labels,
      seed: seedOfSplits,
    });
    return divide(all.classes, { train: rest, test: held });
  },
};

const toDataset = ({ length, get }: TextSet): Dataset<LabelledText> => ({ length, get });

const listTexts = ({ length, get }: Dataset<LabelledText>): LabelledText[] =>
  // Texts are in memory.
  Array.from({ length }, (_, index) => get(index) as LabelledText);

const divide = (
  classes: readonly string[],
  {
    train,
    validation,
    test,
  }: Record<"train" | "test", Dataset<LabelledText>> & { readonly validation?: Dataset<LabelledText> },
): Parts => ({
  classes,
  folds: [
    {
      train: listTexts(train),
      validation: validation === undefined ? [] : listTexts(validation),
      test: listTexts(test),
    },
  ],
});

const crossValidate = async (
  set: PublishedSet<"all", TextSet>,
  download: DownloadOptions,
): Promise<Parts> => {
  const { all } = await load(set, download);
  return { classes: all.classes, folds: divideIntoFolds(listTexts(all), foldsOfCrossValidation) };
};

const divideIntoFolds = (texts: readonly LabelledText[], count: number): Fold[] =>
  kFold(texts, { folds: count, stratify: listLabels(texts), seed: seedOfSplits }).map(({ rest, held }) => ({
    train: listTexts(rest),
    validation: [],
    test: listTexts(held),
  }));

const listLabels = (texts: readonly LabelledText[]): number[] => texts.map(({ label }) => label);

/** With several folds a cross-validation. */
function makeSynthetic({ seed, texts, folds }: Options): Parts {
  const count = texts === 0 ? syntheticTexts : texts;
  const { classes, texts: made } = makeSyntheticTexts({ count: count + syntheticTests, seed });
  if (folds > 1) return { classes, folds: divideIntoFolds(made, folds) };
  const [test, train] = [made.slice(0, syntheticTests), made.slice(syntheticTests)];
  return { classes, folds: [{ train, validation: [], test }] };
}

/** The chosen number of folds and of training texts, of which a share is held out where the set has no texts for validation. */
function limit({ classes, folds }: Parts, { texts, heldOut, folds: count }: Options): Parts {
  const limited = folds
    .slice(0, count === 0 ? folds.length : count)
    .map(({ train, validation, test }): Fold => {
      const isHeldOut = validation.length === 0 && heldOut > 0;
      const [rest, held] = isHeldOut ? draw(train, heldOut) : [train, validation];
      // Files are sorted by class: a smaller number is drawn from all.
      const [, some] = texts === 0 || texts >= rest.length ? [[], rest] : draw(rest, texts);
      return { train: some, validation: held, test };
    });
  return { classes, folds: limited };
}

/** What is left of texts, and a number or a share of them with the classes in the same proportions. */
function draw(texts: readonly LabelledText[], count: number): [rest: LabelledText[], drawn: LabelledText[]] {
  const { rest, held } = randomSplit(texts, { held: count, stratify: listLabels(texts), seed: seedOfSplits });
  return [listTexts(rest), listTexts(held)];
}
