import type { PairSet } from "@evenkeel/datasets";
import { padCollate } from "@evenkeel/datasets";
import type { BytePairEncoding } from "@evenkeel/datasets/text";
import type { Translator } from "@evenkeel/models";
import type { RankedText } from "@evenkeel/nn";
import {
  beamSearch,
  computeBootstrapInterval,
  computeChrF,
  countBleu,
  scoreBleu,
  tokenize13a,
} from "@evenkeel/nn";
import { tensor } from "@evenkeel/tensor";
import type { TranslatedPair } from "./arm-result.ts";

export interface TranslationOptions {
  /** 1 is greedy. */
  readonly beams: number;
  readonly signal?: AbortSignal | undefined;
}

/** The sentences that are translated side by side. */
const sentencesPerBatch = 64;
/** A translation has at most so many tokens for each one of the source, and some more. */
const longest = { times: 1.5, plus: 10 } as const;

/** Padded sentences on the default backend. */
export function uploadSentences(
  sentences: readonly string[],
  encoding: BytePairEncoding,
): Parameters<Translator["begin"]>[0] {
  const encoded = sentences.map((sentence) => encoding.encode(sentence, { eos: true }));
  const { values, mask } = padCollate()(encoded, [...encoded.keys()], "sentences");
  return {
    values: tensor(values.data as Int32Array, { shape: values.shape, dtype: "i32" }),
    mask: tensor(mask.data as Uint8Array, { shape: mask.shape, dtype: "bool" }),
  };
}

/** The best translations of each sentence, the best first. */
export async function translate(
  model: Translator,
  sentences: readonly string[],
  { encoding, beams, signal }: TranslationOptions & { readonly encoding: BytePairEncoding },
): Promise<readonly (readonly RankedText[])[]> {
  const { bos: begin, eos: end } = encoding.vocabulary;
  const count = (index: number): number => sentences[index]!.length;
  const byLength = [...sentences.keys()].sort((one, other) => count(one) - count(other) || one - other);
  const found = new Array<readonly RankedText[]>(sentences.length);
  for (let first = 0; first < byLength.length; first += sentencesPerBatch) {
    signal?.throwIfAborted();
    const places = byLength.slice(first, first + sentencesPerBatch);
    const source = uploadSentences(
      places.map((place) => sentences[place]!),
      encoding,
    );
    const maxLength = Math.round(longest.times * source.values.shape[1]!) + longest.plus;
    const texts = await beamSearch(model, source, { begin, end, maxLength, beams });
    for (const part of [source.values, source.mask]) part.dispose();
    for (const [index, place] of places.entries()) found[place] = texts[index]!;
  }
  return found;
}

/** What each text adds to the BLEU score: cased, of the tokens of 13a. */
export const countTexts = (
  texts: readonly string[],
  references: readonly string[],
): readonly (readonly number[])[] =>
  texts.map((text, index) => countBleu(tokenize13a(text), [tokenize13a(references[index]!)]));

/** Scores of the best translations of a set, from 0 to 100. */
export interface Scores {
  readonly bleu: number;
  readonly interval: readonly [low: number, high: number];
  readonly chrF: number;
  readonly translations: readonly TranslatedPair[];
}

/** Translates a set and compares it with its references. */
export async function scoreTranslations(
  model: Translator,
  { sources, targets }: Pick<PairSet, "sources" | "targets">,
  options: TranslationOptions & { readonly encoding: BytePairEncoding },
): Promise<Scores> {
  const texts = (await translate(model, sources, options)).map(([best]) =>
    options.encoding.decode(best!.tokens),
  );
  const counts = countTexts(texts, targets);
  const totals = counts.reduce((sum, each) => sum.map((value, index) => value + each[index]!));
  const [low, high] = computeBootstrapInterval(counts, (sums) => 100 * scoreBleu(sums));
  return {
    bleu: 100 * scoreBleu(totals),
    interval: [low, high],
    chrF:
      100 *
      computeChrF(
        texts,
        targets.map((target) => [target]),
      ),
    translations: texts.map((found, pair) => ({
      pair,
      found,
      score: 100 * scoreBleu(counts[pair]!, { smoothing: "exponential" }),
    })),
  };
}
