import { LayerNorm, MaskedBatchNorm, type Module } from "@evenkeel/nn";
import type { Backend, Seed, Tensor } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aSeed,
  belowOne,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
} from "@evenkeel/tensor/checks";

/**
 * The norms of the encoder: batch norm over all positions but padding, or layer norm. A decoder has layer norm in either case: the
 * statistics of a batch contain the tokens that are to be predicted, and would carry them to earlier positions.
 */
export type TranslatorNormalization = "batch" | "layer";

/** The options of all translators. */
export interface TranslatorOptions {
  /** The number of tokens, which both languages share. */
  readonly vocabularySize: number;
  /** The size of the vectors of tokens. */
  readonly width?: number;
  /** Default: batch. */
  readonly normalization?: TranslatorNormalization;
  /** The probability with which a value of a vector, or of what a layer adds to it, is set to zero in training. Default: 0.1. */
  readonly dropout?: number;
  /** The index of padding. Default: 0. */
  readonly paddingIdx?: number;
  /** Determines the weights, which are the same for both normalizations. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const translatorRules: Rules<TranslatorOptions> = {
  vocabularySize: positiveInteger,
  width: positiveInteger,
  normalization: /* @__PURE__ */ oneOf("batch", "layer"),
  dropout: belowOne,
  paddingIdx: nonNegativeInteger,
  seed: aSeed,
  backend: aBackend,
};

/** Makes a norm of the encoder, whose second input is a mask of the positions that count. */
export const makeEncoderNorm = (
  channels: number,
  { normalization = "batch", backend }: Pick<TranslatorOptions, "normalization" | "backend">,
): Module<[x: Tensor, mask?: Tensor]> =>
  normalization === "batch"
    ? new MaskedBatchNorm(channels, { backend })
    : new LayerNorm(channels, { backend });
