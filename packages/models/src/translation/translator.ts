import type { TokenDecoder } from "@evenkeel/nn";
import { Dropout, Embedding, init, Module, SinusoidalEncoding } from "@evenkeel/nn";
import type { RandomSource, Tensor } from "@evenkeel/tensor";
import { linear, mul, scope } from "@evenkeel/tensor";
import type { PaddedTokens } from "../padded-tokens.ts";
import type { TranslatorOptions } from "./translator-options.ts";

/** What a translator is trained on: sentences, and their translations behind the token that begins one. */
export interface SentencePairs {
  readonly source: PaddedTokens;
  /** i32 [n, length]; the masks of targets are not needed, because nothing attends to what follows. */
  readonly target: { readonly values: Tensor };
}

/**
 * The base class of models that translate: an encoder of the source, and a decoder that predicts each token of the target from the
 * source and the tokens before it. Both languages and the output layer share one table of vectors (Press and Wolf 2017).
 */
export abstract class Translator<Memory = unknown, State = unknown>
  extends Module<[pairs: SentencePairs]>
  implements TokenDecoder<PaddedTokens, State>
{
  readonly embedding: Embedding;
  readonly positions: SinusoidalEncoding;
  readonly dropout: Dropout;
  readonly width: number;

  constructor(width: number, options: TranslatorOptions, seed: RandomSource) {
    super();
    const { vocabularySize, dropout = 0.1, paddingIdx = 0, backend } = options;
    this.width = width;
    // The rows are scaled by sqrt(width) where they are inputs, and give logits of deviation 1 where they are the output layer.
    const weightInit = init.normal(0, width ** -0.5);
    this.embedding = new Embedding(vocabularySize, width, { paddingIdx, weightInit, seed, backend });
    this.positions = new SinusoidalEncoding(width, { batchFirst: true });
    this.dropout = new Dropout(dropout, { seed });
  }

  /** What the decoder reads of the source. */
  abstract encode(source: PaddedTokens): Memory;

  /** The vectors behind the decoder, [n, length, width], for targets [n, length]. */
  protected abstract decode(target: Tensor, memory: Memory): Tensor;

  /** What `step` starts from. */
  abstract begin(source: PaddedTokens): State;

  /** Logits [n, vocabulary] of what follows the latest tokens, i32 [n], and the state behind them. */
  abstract step(tokens: Tensor, state: State): readonly [logits: Tensor, state: State];

  /** [n, target length, source length]: how much each prediction reads of each source token, in the last layer that reads it. */
  abstract attend(pairs: SentencePairs): Tensor;

  forward({ source, target }: SentencePairs): Tensor {
    return scope(() => this.score(this.decode(target.values, this.encode(source))));
  }

  /** Vectors of tokens with their positions, the first of which is `offset`. */
  protected embed(tokens: Tensor, offset = 0): Tensor {
    const vectors = mul(this.embedding.forward(tokens), Math.sqrt(this.width));
    return this.dropout.forward(this.positions.forward(vectors, offset));
  }

  /** The logits of the next tokens. */
  protected score(vectors: Tensor): Tensor {
    return linear(vectors, this.embedding.weight.value);
  }
}
