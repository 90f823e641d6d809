import { Vocabulary } from "@evenkeel/datasets/text";
import { type PaddedTokens, vdcnn, wordConvnet } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import type { Data } from "../data/data.ts";
import { makeVocabulary } from "../data/encode.ts";
import type { Normalization, Options } from "../options.ts";

/** What the network is made from besides the options. */
export interface Description {
  readonly classes: readonly string[];
  readonly vocabulary: { readonly tokens: readonly string[]; readonly specials: Vocabulary["specials"] };
}

export type Network = Module<[PaddedTokens]>;

/** The network that is kept is that of the last fold. */
export const describeNetwork = ({ classes, folds }: Data, options: Options): Description => ({
  classes,
  vocabulary: makeVocabulary(folds.at(-1)!.train, options).toJSON(),
});

export const readVocabulary = ({ vocabulary }: Description): Vocabulary => Vocabulary.fromJSON(vocabulary);

/** The paper's sizes: the filters of each width of Kim 2014, and the first block of Conneau et al. 2017. */
const defaultChannels = { words: 100, characters: 64 } as const;

/** The network that the options select; all arms have the same initial weights. */
export function makeNetwork(
  { classes, vocabulary }: Description,
  options: Options,
  normalization: Normalization,
): Network {
  const { model, seed, embeddingDropout, wordDropout, embeddingSize } = options;
  const shared = {
    vocabularySize: vocabulary.tokens.length,
    classes: classes.length,
    normalization: normalization === "none" ? "none" : "batch",
    masked: normalization !== "batch-unmasked",
    ...(options.dropout !== "paper" && { dropout: options.dropout }),
    seed,
  } as const;
  const channels = options.channels === 0 ? defaultChannels[model] : options.channels;
  if (model === "words") {
    return wordConvnet({ ...shared, embeddingSize, channels, embeddingDropout, wordDropout });
  }
  // The hidden layers are as wide in proportion as in the paper.
  return vdcnn({
    ...shared,
    channels: [1, 2, 4, 8].map((factor) => factor * channels),
    hidden: 32 * channels,
  });
}
