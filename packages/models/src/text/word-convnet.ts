import {
  Conv1d,
  Dropout,
  Dropout1d,
  Embedding,
  init,
  Linear,
  MaskedBatchNorm,
  Module,
  ModuleList,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { concatenate, getRandomSource, max, relu, transpose, where } from "@evenkeel/tensor";
import { checkOptions, fraction, positiveInteger } from "@evenkeel/tensor/checks";
import type { PartOptions } from "../model-options.ts";
import type { PaddedTokens } from "../padded-tokens.ts";
import type { TextModelOptions } from "./text-options.ts";
import { readPlaces, someSizes, textModelRules } from "./text-options.ts";

/** The options of a convolutional network over words. */
export interface WordConvnetOptions extends TextModelOptions {
  /** The number of values of the vector of a word; default 300. */
  readonly embeddingSize?: number;
  /** The numbers of neighbouring words that filters see; default [3, 4, 5]. */
  readonly widths?: readonly number[];
  /** The number of filters of each width; default 100. */
  readonly channels?: number;
  /** The probability of the dropout of single values of the vectors of words; default 0. */
  readonly embeddingDropout?: number;
  /** The probability of the dropout of whole words; default 0. */
  readonly wordDropout?: number;
}

/**
 * A sentence classifier of one layer of convolutions over the vectors of words, its maxima over time, and a linear layer (Kim 2014,
 * CNN-rand); `wordConvnet` makes it. Its names are `embedding`, `convs.0`, `norms.0`, ..., `fc`.
 *
 * Shapes: `PaddedTokens` [n, length] -> [n, classes]. Throws ShapeError and DTypeError for other inputs.
 */
export class WordConvnet extends Module<[PaddedTokens]> {
  readonly embedding: Embedding;
  readonly convs: ModuleList<Conv1d>;
  readonly norms: ModuleList<MaskedBatchNorm>;
  readonly fc: Linear;
  private readonly wordDropout: Dropout1d;
  private readonly embeddingDropout: Dropout;
  private readonly dropout: Dropout;
  private readonly isMasked: boolean;

  /** The options have been checked. */
  constructor(options: WordConvnetOptions) {
    super();
    const {
      vocabularySize,
      classes = 2,
      normalization = "batch",
      masked = true,
      dropout = 0.5,
      backend,
    } = options;
    const { embeddingSize = 300, widths = [3, 4, 5], channels = 100 } = options;
    const part = { normalization, seed: getRandomSource(options.seed), backend };
    const { seed } = part;
    this.embedding = new Embedding(vocabularySize, embeddingSize, {
      paddingIdx: 0,
      // The range of Kim 2014.
      weightInit: init.uniform(-0.25, 0.25),
      seed,
      backend,
    });
    this.convs = new ModuleList(widths.map((width) => makeConv(embeddingSize, channels, width, part)));
    const normed = normalization === "batch" ? widths : [];
    this.norms = new ModuleList(normed.map(() => new MaskedBatchNorm(channels, { backend })));
    this.fc = new Linear(channels * widths.length, classes, { seed, backend });
    this.wordDropout = new Dropout1d(options.wordDropout ?? 0, { seed });
    this.embeddingDropout = new Dropout(options.embeddingDropout ?? 0, { seed });
    this.dropout = new Dropout(dropout, { seed });
    this.isMasked = masked;
  }

  forward(text: PaddedTokens): Tensor {
    return withNames(this, () => {
      const places = readPlaces(text);
      // A word is a channel here: its vector is dropped as a whole.
      const vectors = this.wordDropout.forward(this.embedding.forward(text.values));
      const words = transpose(this.embeddingDropout.forward(vectors), [0, 2, 1]);
      const features = [...this.convs].map((conv, index) => {
        const norm = this.norms.length > 0 ? this.norms.at(index) : undefined;
        return this.findMaxima(conv.forward(words), norm, places);
      });
      return this.fc.forward(this.dropout.forward(concatenate(features, { axis: 1 })));
    });
  }

  /** The maximum over time of ReLU, which is ReLU of the maximum. The zeros of padding exceed no result of ReLU. */
  private findMaxima(convolved: Tensor, norm: MaskedBatchNorm | undefined, places: Tensor): Tensor {
    const normed = norm?.forward(convolved, this.isMasked ? places : undefined) ?? convolved;
    const isZeroed = norm !== undefined && this.isMasked;
    return relu(max(isZeroed ? normed : where(places, normed, 0), { axis: 2 }));
  }
}

const makeConv = (
  inChannels: number,
  channels: number,
  width: number,
  { normalization, seed, backend }: PartOptions,
): Conv1d =>
  new Conv1d(inChannels, channels, width, {
    padding: "same",
    bias: normalization === "none",
    weightInit: init.kaimingNormal({ nonlinearity: "relu" }),
    biasInit: init.zeros,
    seed,
    backend,
  });

/**
 * A sentence classifier over words in the manner of Kim 2014 (arXiv:1408.5882), with its vectors of words learned from random ones:
 * convolutions of 3, 4 and 5 words side by side, with batch norm that leaves padding out, ReLU, the maximum over time, dropout, and a
 * linear layer. With PyTorch's layers of the same names it loads their `state_dict`.
 *
 * Shapes: `PaddedTokens` [n, length] -> [n, classes]. Throws ArgumentError for options out of range.
 *
 * @param options.classes default 2
 * @example
 * const values = tensor([[4, 8, 15, 16, 0], [23, 42, 4, 8, 15]], { dtype: "i32" });
 * wordConvnet({ vocabularySize: 50, classes: 6, seed: 1 }).forward({ values, mask: notEqual(values, 0) }) // -> [2, 6]
 */
export function wordConvnet(options: WordConvnetOptions): WordConvnet {
  checkOptions<WordConvnetOptions>(
    "wordConvnet",
    options,
    {
      ...textModelRules,
      embeddingSize: positiveInteger,
      widths: someSizes,
      channels: positiveInteger,
      embeddingDropout: fraction,
      wordDropout: fraction,
    },
    ["vocabularySize"],
  );
  return new WordConvnet(options);
}
