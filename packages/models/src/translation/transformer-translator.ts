import type { DecoderState } from "@evenkeel/nn";
import {
  LayerNorm,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { getRandomSource, logicalNot, reshape, scope } from "@evenkeel/tensor";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import type { PaddedTokens } from "../padded-tokens.ts";
import type { SentencePairs } from "./translator.ts";
import { Translator } from "./translator.ts";
import type { TranslatorOptions } from "./translator-options.ts";
import { makeEncoderNorm, translatorRules } from "./translator-options.ts";

/** The options of `TransformerTranslator`; the defaults are those of a small model for some ten thousand sentences (Wu et al. 2021). */
export interface TransformerTranslatorOptions extends TranslatorOptions {
  /** The number of heads of each attention. Default: 4. */
  readonly heads?: number;
  /** The numbers of layers. Default: 4. */
  readonly encoderLayers?: number;
  readonly decoderLayers?: number;
  /** The width of the networks behind attention. Default: 2 times the width. */
  readonly hidden?: number;
}

/** What the encoder made of the source. */
interface EncodedSource {
  /** [n, length, width]. */
  readonly vectors: Tensor;
  /** bool [n, length], true at padding. */
  readonly padding: Tensor;
}

/**
 * A transformer that translates (Vaswani et al. 2017), with norms at the beginning of each branch and one table of vectors for both
 * languages and the output layer.
 *
 * Shapes: sources i32 [n, length] with their mask, and targets i32 [n, length] -> logits [n, target length, vocabularySize]. Throws
 * ArgumentError for options out of range, and for a width that the heads do not divide.
 *
 * @param options.width default 128
 * @example
 * const model = new TransformerTranslator({ vocabularySize: 8000, normalization: "batch", seed: 1 });
 */
export class TransformerTranslator extends Translator<EncodedSource, DecoderState> {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(options: TransformerTranslatorOptions) {
    checkOptions<TransformerTranslatorOptions>(
      "TransformerTranslator",
      options,
      {
        ...translatorRules,
        heads: positiveInteger,
        encoderLayers: positiveInteger,
        decoderLayers: positiveInteger,
        hidden: positiveInteger,
      },
      ["vocabularySize"],
    );
    const seed = getRandomSource(options.seed);
    const { width = 128, heads = 4, encoderLayers = 4, decoderLayers = 4, dropout = 0.1, backend } = options;
    super(width, options, seed);
    const { hidden: dimFeedforward = 2 * width } = options;
    const dropouts = { dropout, attentionDropout: 0, activationDropout: 0 };
    const layer = { dimFeedforward, ...dropouts, batchFirst: true, normFirst: true, seed, backend };
    const normalization = (size: number) => makeEncoderNorm(size, options);
    this.encoder = new TransformerEncoder(
      () => new TransformerEncoderLayer(width, heads, { ...layer, normalization }),
      encoderLayers,
      { norm: normalization(width) },
    );
    this.decoder = new TransformerDecoder(
      () => new TransformerDecoderLayer(width, heads, layer),
      decoderLayers,
      { norm: new LayerNorm(width, { backend }) },
    );
  }

  encode({ values, mask }: PaddedTokens): EncodedSource {
    return withNames(this, () =>
      scope(() => {
        const padding = logicalNot(mask);
        const vectors = this.encoder.forward(this.embed(values), { srcKeyPaddingMask: padding });
        return { vectors, padding };
      }),
    );
  }

  protected decode(target: Tensor, { vectors, padding }: EncodedSource): Tensor {
    return withNames(this, () =>
      scope(() =>
        this.decoder.forward(this.embed(target), vectors, { causal: true, memoryKeyPaddingMask: padding }),
      ),
    );
  }

  begin(source: PaddedTokens): DecoderState {
    return scope(() => {
      const { vectors, padding } = this.encode(source);
      return this.decoder.begin(vectors, { memoryKeyPaddingMask: padding });
    });
  }

  step(tokens: Tensor, state: DecoderState): readonly [logits: Tensor, state: DecoderState] {
    return withNames(this, () =>
      scope(() => {
        const n = tokens.shape[0]!;
        const vectors = this.embed(reshape(tokens, [n, 1]), state.length);
        const [output, next] = this.decoder.extend(vectors, state);
        return [this.score(reshape(output, [n, this.width])), next] as const;
      }),
    );
  }

  attend({ source, target }: SentencePairs): Tensor {
    return withNames(this, () =>
      scope(() => {
        const { vectors, padding } = this.encode(source);
        const masks = { causal: true, memoryKeyPaddingMask: padding };
        return this.decoder.forwardWithWeights(this.embed(target.values), vectors, masks)[1].at(-1)!;
      }),
    );
  }
}
