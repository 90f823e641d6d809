import {
  Conv1d,
  Dropout,
  Embedding,
  Linear,
  MaskedBatchNorm,
  Module,
  ModuleList,
  residualInit,
  withNames,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { getRandomSource, maxPool1d, relu, reshape, slice, transpose, where } from "@evenkeel/tensor";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import type { PartOptions } from "../model-options.ts";
import type { PaddedTokens } from "../padded-tokens.ts";
import { kMaxPool } from "./k-max-pool.ts";
import type { TextModelOptions } from "./text-options.ts";
import { readPlaces, someSizes, textModelRules } from "./text-options.ts";

/** The options of a very deep convolutional network over characters. */
export interface VdcnnOptions extends TextModelOptions {
  /** The number of values of the vector of a character; default 16. */
  readonly embeddingSize?: number;
  /** The numbers of channels of the blocks; texts are halved between blocks. Default: [64, 128, 256, 512]. */
  readonly channels?: readonly number[];
  /** The number of maxima over time that the linear layers read of each channel; default 8. */
  readonly maxima?: number;
  /** The number of values of the hidden linear layers; default 2048. */
  readonly hidden?: number;
}

interface BlockOptions extends PartOptions {
  readonly masked: boolean;
}

/** Two convolutions of three neighbours, each with batch norm and ReLU; padding stays zero. */
class ConvBlock extends Module<[x: Tensor, places: Tensor]> {
  readonly conv1: Conv1d;
  readonly bn1: MaskedBatchNorm | undefined;
  readonly conv2: Conv1d;
  readonly bn2: MaskedBatchNorm | undefined;
  private readonly isMasked: boolean;

  constructor(inChannels: number, channels: number, options: BlockOptions) {
    super();
    const { normalization, masked, seed, backend } = options;
    const makeNorm = () => new MaskedBatchNorm(channels, { backend });
    const part = { padding: 1, bias: normalization === "none", seed, backend, ...residualInit };
    this.conv1 = new Conv1d(inChannels, channels, 3, part);
    this.bn1 = normalization === "batch" ? makeNorm() : undefined;
    this.conv2 = new Conv1d(channels, channels, 3, part);
    this.bn2 = normalization === "batch" ? makeNorm() : undefined;
    this.isMasked = masked;
  }

  forward(x: Tensor, places: Tensor): Tensor {
    const first = this.activate(this.conv1.forward(x), this.bn1, places);
    return this.activate(this.conv2.forward(first), this.bn2, places);
  }

  private activate(x: Tensor, norm: MaskedBatchNorm | undefined, places: Tensor): Tensor {
    if (norm !== undefined && this.isMasked) return relu(norm.forward(x, places));
    return where(places, relu(norm?.forward(x) ?? x), 0);
  }
}

/**
 * A text classifier over characters: `vdcnn` makes it. Its names are `embedding`, `conv`, `blocks.0.conv1`, `blocks.0.bn1`, ..., `fc1`,
 * `fc2`, `fc3`.
 *
 * Shapes: `PaddedTokens` [n, length] -> [n, classes]. Throws ShapeError and DTypeError for other inputs.
 */
export class Vdcnn extends Module<[PaddedTokens]> {
  readonly embedding: Embedding;
  readonly conv: Conv1d;
  readonly blocks: ModuleList<ConvBlock>;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly fc3: Linear;
  private readonly dropout: Dropout;
  private readonly maxima: number;

  /** The options have been checked. */
  constructor(options: VdcnnOptions) {
    super();
    const {
      vocabularySize,
      classes = 2,
      normalization = "batch",
      masked = true,
      dropout = 0,
      backend,
    } = options;
    const { embeddingSize = 16, channels = [64, 128, 256, 512], maxima = 8, hidden = 2048 } = options;
    const seed = getRandomSource(options.seed);
    const first = channels[0]!;
    this.embedding = new Embedding(vocabularySize, embeddingSize, { paddingIdx: 0, seed, backend });
    this.conv = new Conv1d(embeddingSize, first, 3, { padding: 1, seed, backend, ...residualInit });
    const blocks = channels.map(
      (after, index) =>
        new ConvBlock(channels[index - 1] ?? first, after, { normalization, masked, seed, backend }),
    );
    this.blocks = new ModuleList(blocks);
    this.fc1 = new Linear(channels.at(-1)! * maxima, hidden, { seed, backend });
    this.fc2 = new Linear(hidden, hidden, { seed, backend });
    this.fc3 = new Linear(hidden, classes, { seed, backend });
    this.dropout = new Dropout(dropout, { seed });
    this.maxima = maxima;
  }

  forward(text: PaddedTokens): Tensor {
    return withNames(this, () => {
      let places = readPlaces(text);
      const characters = transpose(this.embedding.forward(text.values), [0, 2, 1]);
      let x = where(places, this.conv.forward(characters), 0);
      for (const [index, block] of [...this.blocks].entries()) {
        if (index > 0) [x, places] = halve(x, places);
        x = block.forward(x, places);
      }
      return this.classify(kMaxPool(x, this.maxima));
    });
  }

  private classify(maxima: Tensor): Tensor {
    const [n, channels, k] = maxima.shape;
    const features = reshape(maxima, [n!, channels! * k!]);
    const first = this.dropout.forward(relu(this.fc1.forward(features)));
    return this.fc3.forward(this.dropout.forward(relu(this.fc2.forward(first))));
  }
}

/**
 * Maxima of three neighbours at every second place. All values are at least 0, so the zeros of padding exceed none; a place behind the
 * end of a text is padding, although its neighbours reach into the text.
 */
function halve(x: Tensor, places: Tensor): [x: Tensor, places: Tensor] {
  const kept = slice(places, { step: [undefined, undefined, 2] });
  return [where(kept, maxPool1d(x, 3, { stride: 2, padding: 1 }), 0), kept];
}

/**
 * A very deep convolutional network over characters with 9 convolutions (Conneau et al. 2017, arXiv:1606.01781): vectors of 16 values,
 * four blocks of two convolutions with masked batch norm and ReLU, between which a maximum pooling halves the text, the 8 largest
 * values of every channel, and three linear layers. `channels: [32, 64, 128, 256]` is a network of a quarter of the work.
 *
 * Shapes: `PaddedTokens` [n, length] -> [n, classes]. Throws ArgumentError for options out of range.
 *
 * @param options.classes default 2
 * @example vdcnn({ vocabularySize: 70, classes: 4, channels: [32, 64, 128, 256], hidden: 512, seed: 1 })
 */
export function vdcnn(options: VdcnnOptions): Vdcnn {
  checkOptions<VdcnnOptions>(
    "vdcnn",
    options,
    {
      ...textModelRules,
      embeddingSize: positiveInteger,
      channels: someSizes,
      maxima: positiveInteger,
      hidden: positiveInteger,
    },
    ["vocabularySize"],
  );
  return new Vdcnn(options);
}
