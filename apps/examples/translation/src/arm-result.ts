import { objectOf, type Point, points } from "@evenkeel/example-task";
import {
  anyNumber,
  finite,
  listOf,
  nonNegativeInteger,
  oneOf,
  type Rules,
  text,
} from "@evenkeel/tensor/checks";
import type { Normalization } from "./options.ts";

/** A test sentence, its translations, and the BLEU score of the one that was found, smoothed for single sentences. */
export interface TranslatedPair {
  /** The index in the test set. */
  readonly pair: number;
  readonly found: string;
  readonly score: number;
}

/** The results of the training of one translator. */
export interface ArmResult {
  readonly normalization: Normalization;
  readonly parameters: number;
  readonly epochs: number;
  readonly trainingSeconds: number;
  /** What the processor worked for the training, which other programs on the machine hardly change. */
  readonly processorSeconds: number;
  /** The loss of each update, with label smoothing. */
  readonly losses: readonly Point[];
  /** After each epoch. */
  readonly validationPerplexity: readonly Point[];
  /** Of greedy translations after each epoch, from 0 to 100. */
  readonly validationBleu: readonly Point[];
  /** Cased BLEU of 13a tokens of the test set by beam search, from 0 to 100, with the bounds of its 95 % interval. */
  readonly testBleu: number;
  readonly testBleuInterval: readonly [low: number, high: number];
  readonly testChrF: number;
  readonly greedyTestBleu: number;
  readonly translations: readonly TranslatedPair[];
}

/** Measurements other than those of `fit`, kept in a file so that a resumed run ends with the same report. */
export interface Measurements {
  /** The values of complete epochs. */
  readonly losses: Point[];
  readonly validationPerplexity: Point[];
  readonly validationBleu: Point[];
  /** What the processor worked in each epoch. */
  readonly processorSeconds: Point[];
}

export const measurementRules: Rules<Measurements> = {
  losses: points,
  validationPerplexity: points,
  validationBleu: points,
  processorSeconds: points,
};

export const armResultRules: Rules<ArmResult> = {
  normalization: oneOf("batch", "layer"),
  parameters: nonNegativeInteger,
  epochs: nonNegativeInteger,
  trainingSeconds: anyNumber,
  processorSeconds: anyNumber,
  losses: points,
  validationPerplexity: points,
  validationBleu: points,
  testBleu: finite,
  testBleuInterval: listOf(finite, 2),
  testChrF: finite,
  greedyTestBleu: finite,
  translations: listOf(objectOf<TranslatedPair>({ pair: nonNegativeInteger, found: text, score: finite })),
};
