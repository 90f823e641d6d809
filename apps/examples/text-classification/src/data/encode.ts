import { batches, bucketByLength, type LabelledText, padCollate } from "@evenkeel/datasets";
import { buildVocabulary, countTokens, tokenizeKim, Vocabulary } from "@evenkeel/datasets/text";
import type { PaddedTokens } from "@evenkeel/models";
import type { DataSource } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import type { Options } from "../options.ts";

const specials = { pad: "<pad>", unk: "<unk>" } as const;

/** The characters of Conneau et al. 2017, section 4.2, without the three special tokens. */
const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/|_#$%^&*~`+=<>()[]{} ";

/** The number of characters of a text that the network reads: Zhang et al. 2015. */
const mostCharacters = 1014;

/** Words that occur once in the training texts are unknown ones, of which the network so learns too. */
const fewestOccurrences = 2;

/** What decides how texts are read. */
export type Reading = Pick<Options, "dataset" | "model">;

/** The tokens of a text, of which there is at least one. The words of TREC's questions keep their case, as in Kim 2014. */
export function splitText(text: string, { dataset, model }: Reading): readonly string[] {
  const tokens =
    model === "words"
      ? tokenizeKim(text, { lowercase: dataset !== "trec" })
      : [...text.toLowerCase()].slice(0, mostCharacters);
  return tokens.length === 0 ? [specials.unk] : tokens;
}

/** The words of the training texts, or the alphabet. */
export function makeVocabulary(train: readonly LabelledText[], reading: Reading): Vocabulary {
  if (reading.model === "characters")
    return new Vocabulary([specials.pad, specials.unk, ...alphabet], specials);
  const counts = countTokens(train.map(({ text }) => splitText(text, reading)));
  return buildVocabulary(counts, { minFrequency: fewestOccurrences, specials });
}

/** A text as a network reads it. */
export interface Example {
  readonly inputs: Int32Array;
  readonly labels: number;
}

export const encode = (texts: readonly LabelledText[], vocabulary: Vocabulary, reading: Reading): Example[] =>
  texts.map(({ text, label }) => ({ inputs: vocabulary.encode(splitText(text, reading)), labels: label }));

export type TextBatches = DataSource<PaddedTokens, Tensor> & { readonly batchesPerEpoch: number };

const options = { collate: { inputs: padCollate() }, dtypes: { labels: "i32" } } as const;

/** Batches of texts of similar lengths, in another order in each epoch. */
export function makeTrainingBatches(
  examples: readonly Example[],
  { batchSize, seed }: Pick<Options, "batchSize" | "seed">,
): TextBatches {
  const lengths = examples.map(({ inputs }) => inputs.length);
  return batches([...examples], { ...options, batchSampler: bucketByLength(lengths, { batchSize, seed }) });
}

/** Batches of texts in their own order. */
export const makeTestBatches = (examples: readonly Example[]): TextBatches =>
  batches([...examples], { ...options, batchSize: 100 });
