import { objectOf } from "@evenkeel/example-task";
import {
  anyNumber,
  listOf,
  nonNegativeInteger,
  oneOf,
  type Rule,
  type Rules,
  text,
} from "@evenkeel/tensor/checks";
import { type Normalization, normalizations } from "../options.ts";

/** How well a network classifies texts. */
export interface TestResult {
  /** How many texts of each class (row) were predicted as each class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** The sum of the losses of the texts. */
  readonly lossSum: number;
  /** The wrong predictions with the highest confidence, highest first. */
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly text: string;
  readonly label: number;
  readonly predicted: number;
  /** The probability of the predicted class. */
  readonly probability: number;
}

/** An epoch of a training. */
export interface Epoch {
  readonly loss: number;
  /** On held-out texts; NaN where there are none. */
  readonly accuracy: number;
}

/** The training of one network, and its test. */
export interface FoldResult extends TestResult {
  readonly epochs: readonly Epoch[];
  readonly seconds: number;
  readonly trainedTexts: number;
}

/** The results of one arm: its networks, one for each fold. */
export interface ArmResult {
  readonly normalization: Normalization;
  /** Of the network that is kept. */
  readonly parameters: number;
  readonly trainingSeconds: number;
  readonly folds: readonly FoldResult[];
}

/** The folds that are complete, and the one that is being trained, so that a resumed run goes on with it. */
export interface Measurements {
  readonly folds: readonly FoldResult[];
  readonly current: number;
}

const foldResults: Rule = listOf(
  objectOf<FoldResult>({
    confusion: listOf(listOf(nonNegativeInteger)),
    lossSum: anyNumber,
    mistakes: listOf(
      objectOf<Mistake>({
        text,
        label: nonNegativeInteger,
        predicted: nonNegativeInteger,
        probability: anyNumber,
      }),
    ),
    epochs: listOf(objectOf<Epoch>({ loss: anyNumber, accuracy: anyNumber })),
    seconds: anyNumber,
    trainedTexts: nonNegativeInteger,
  }),
);

export const armResultRules: Rules<ArmResult> = {
  normalization: oneOf(...normalizations),
  parameters: nonNegativeInteger,
  trainingSeconds: anyNumber,
  folds: foldResults,
};

export const measurementRules: Rules<Measurements> = { folds: foldResults, current: nonNegativeInteger };

const mistakesKept = 20;

/** The most confident ones of wrong predictions, of which there are fewer than all. */
export const selectWorst = (mistakes: readonly Mistake[]): readonly Mistake[] =>
  mistakes.toSorted((one, other) => other.probability - one.probability).slice(0, mistakesKept);

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export const countTexts = ({ confusion }: Pick<TestResult, "confusion">): number => sumOf(confusion.flat());

export const computeAccuracy = (result: Pick<TestResult, "confusion">): number =>
  sumOf(result.confusion.map((row, label) => row[label]!)) / countTexts(result);

/** The results of all folds as one. */
export function joinFolds(folds: readonly TestResult[]): TestResult {
  const [first] = folds as [TestResult];
  return {
    confusion: first.confusion.map((row, label) =>
      row.map((_, predicted) => sumOf(folds.map(({ confusion }) => confusion[label]![predicted]!))),
    ),
    lossSum: sumOf(folds.map(({ lossSum }) => lossSum)),
    mistakes: selectWorst(folds.flatMap(({ mistakes }) => mistakes)),
  };
}
