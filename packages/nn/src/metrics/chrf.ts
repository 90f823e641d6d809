import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import {
  callable,
  checkOptions,
  checkValue,
  integer,
  listOf,
  nonNegativeInteger,
  positive,
  positiveInteger,
  text,
} from "@evenkeel/tensor/checks";
import type { PassMetric } from "../training/measurements/measures.ts";
import { countMatches, countNGrams } from "./n-grams.ts";
import type { TokenOptions } from "./token-metric.ts";
import { makeTokenCounter } from "./token-metric.ts";

export interface ChrFSettings {
  /** The length of the longest runs of characters that are compared; default 6. */
  readonly characterOrder?: number;
  /** The length of the longest runs of words; 2 gives chrF++. Default: 0. */
  readonly wordOrder?: number;
  /** How much more recall counts than precision; default 2. */
  readonly beta?: number;
}

export interface ChrFOptions extends ChrFSettings, TokenOptions {
  /** The text of tokens. */
  decode(tokens: readonly number[]): string;
}

const settingRules = { characterOrder: positiveInteger, wordOrder: nonNegativeInteger, beta: positive };

const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/;

/** Words, with the punctuation mark at their end or else at their beginning as a word of its own. */
function listWords(text: string): string[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== "")
    .flatMap((word) => {
      if (word.length === 1) return [word];
      if (punctuation.test(word.at(-1)!)) return [word.slice(0, -1), word.at(-1)!];
      return punctuation.test(word[0]!) ? [word[0]!, word.slice(1)] : [word];
    });
}

/** For each length of runs of characters, then of words: the numbers in the text, in the reference, and in both. */
function countText(hypothesis: string, reference: string, settings: Required<ChrFSettings>): number[] {
  const characters = (text: string): string[] => [...text.replaceAll(/\s+/g, "")];
  const count = <Token>(found: readonly Token[], expected: readonly Token[], orders: number): number[] =>
    Array.from({ length: orders }, (_, index) => {
      const [a, b] = [countNGrams(found, index + 1), countNGrams(expected, index + 1)];
      const size = (tokens: readonly Token[]): number => Math.max(0, tokens.length - index);
      return [size(found), size(expected), countMatches(a, b)];
    }).flat();
  return [
    ...count(characters(hypothesis), characters(reference), settings.characterOrder),
    ...count(listWords(hypothesis), listWords(reference), settings.wordOrder),
  ];
}

/** The counts of the reference with which the text has the best score of its own. */
function countBest(
  hypothesis: string,
  references: readonly string[],
  settings: Required<ChrFSettings>,
): number[] {
  const candidates = references.map((reference) => countText(hypothesis, reference, settings));
  const scores = candidates.map((counts) => computeScore(counts, settings.beta));
  return candidates[scores.indexOf(Math.max(...scores))]!;
}

/** The F score of the precision and the recall, averaged over the lengths of runs that both texts have. */
function computeScore(counts: readonly number[], beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let at = 0; at < counts.length; at += 3) {
    const [found, expected, matches] = counts.slice(at, at + 3) as [number, number, number];
    if (found === 0 || expected === 0) continue;
    precision += matches / found;
    recall += matches / expected;
    orders++;
  }
  if (precision + recall === 0) return 0;
  const factor = beta ** 2;
  return ((1 + factor) * precision * recall) / (orders * (factor * precision + recall));
}

const withDefaults = ({
  characterOrder = 6,
  wordOrder = 0,
  beta = 2,
}: ChrFSettings): Required<ChrFSettings> => ({ characterOrder, wordOrder, beta });

/**
 * The chrF score of a corpus, in [0, 1]: the F score of runs of characters, without white space (Popović 2015). Of several references
 * of a text, the one with the best score of its own counts, as in sacreBLEU.
 *
 * @throws ArgumentError for options out of range, and unless each text has a reference
 * @example computeChrF(["the cat sat"], [["the cat sits"]]) // 0.6103
 */
export function computeChrF(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: ChrFSettings = {},
): number {
  checkValue("computeChrF: hypotheses", hypotheses, listOf(text));
  checkValue("computeChrF: references", references, listOf(listOf(text)));
  checkOptions<ChrFSettings>("computeChrF", options, settingRules);
  if (references.length !== hypotheses.length || references.some(({ length }) => length === 0)) {
    throw new ArgumentError(
      `computeChrF: references: found those of ${references.length} texts, expected at least one for each of ${hypotheses.length}`,
    );
  }
  const settings = withDefaults(options);
  const totals = new Array<number>(3 * (settings.characterOrder + settings.wordOrder)).fill(0);
  hypotheses.forEach((hypothesis, index) => {
    countBest(hypothesis, references[index]!, settings).forEach((count, place) => {
      totals[place]! += count;
    });
  });
  return computeScore(totals, settings.beta);
}

/**
 * The chrF score of the texts of a whole pass, in [0, 1]: a metric of translators for `fit` and `evaluate`. A step on the host turns
 * tokens into text with `decode` and counts what matches. See `computeChrF` for texts.
 *
 * Shapes and errors: as those of `bleu`.
 *
 * @example
 * const decode = (tokens: readonly number[]) => tokens.map((token) => String.fromCodePoint(97 + token)).join("");
 * const loss = (logits: Tensor, tokens: Tensor) => crossEntropy(logits, tokens, { axis: -1, ignoreIndex: 0 });
 * await evaluate(model, { data: test, loss, metrics: { chrf: chrF({ decode }) } });
 */
export function chrF(options: ChrFOptions): PassMetric<Tensor, Tensor> {
  checkOptions<ChrFOptions>(
    "chrF",
    options,
    { ...settingRules, ignored: listOf(integer), end: integer, decode: callable },
    ["decode"],
  );
  const { decode, ignored, end } = options;
  const settings = withDefaults(options);
  const size = 3 * (settings.characterOrder + settings.wordOrder);
  return {
    counts: makeTokenCounter("chrF", size, { ignored, end }, (hypothesis, references) =>
      countBest(decode(hypothesis), references.map(decode), settings),
    ),
    of: (totals) => computeScore(totals, settings.beta),
  };
}
