import type { Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aTensor, checkOptions, checkValue, yesOrNo } from "@evenkeel/tensor/checks";
import { withNames } from "../../module/failure.ts";
import { Module } from "../../module/module.ts";
import type { Dropout } from "../dropout.ts";
import { compute } from "../layer.ts";
import { makeLayers, readNorm } from "./encoder.ts";
import type { MultiheadAttention } from "./multihead-attention.ts";
import type { TokenNorm } from "./token-norm.ts";
import { normalizeTokens } from "./token-norm.ts";
import { TransformerLayer } from "./transformer-layer.ts";
import type { TransformerLayerOptions } from "./transformer-options.ts";
import { prepareParts } from "./transformer-options.ts";

/** The masks of a decoder, with the meaning of those of `MultiheadAttention`. */
export interface DecoderMasks {
  /** [length, length] or [n heads, length, length]. */
  readonly tgtMask?: Tensor | undefined;
  /** [length, memory length] or [n heads, length, memory length]. */
  readonly memoryMask?: Tensor | undefined;
  /** [n, length]: true, or minus infinity, at padding. Batch norms leave it out too. */
  readonly tgtKeyPaddingMask?: Tensor | undefined;
  /** [n, memory length]: true, or minus infinity, at padding. */
  readonly memoryKeyPaddingMask?: Tensor | undefined;
  /** Whether positions of the target attend only to earlier ones and themselves. Default: false. */
  readonly causal?: boolean;
}

const maskRules: Rules<DecoderMasks> = {
  tgtMask: aTensor,
  memoryMask: aTensor,
  tgtKeyPaddingMask: aTensor,
  memoryKeyPaddingMask: aTensor,
  causal: yesOrNo,
};

/**
 * A layer of a decoder (Vaswani et al. 2017): self-attention, attention to the memory, which is the output of an encoder, and a
 * network of two layers, each added to its input and normalized.
 *
 * Shapes: target and memory [length, n, dModel], or [n, length, dModel] with `batchFirst`, or [length, dModel] -> as the target. Throws
 * ShapeError for other inputs, ArgumentError for sizes that are not positive or that the heads do not divide.
 *
 * @example new TransformerDecoderLayer(16, 2, { dimFeedforward: 32, seed: 1 }).forward(ones([5, 3, 16]), ones([7, 3, 16]), { causal: true })
 */
export class TransformerDecoderLayer extends TransformerLayer<
  [tgt: Tensor, memory: Tensor, masks?: DecoderMasks]
> {
  readonly crossAttention: MultiheadAttention;
  readonly norm3: TokenNorm;
  readonly dropout3: Dropout;

  constructor(dModel: number, nHead: number, options: TransformerLayerOptions = {}) {
    const parts = prepareParts("TransformerDecoderLayer", dModel, nHead, options);
    super(parts, dModel, options);
    this.crossAttention = parts.makeAttention();
    this.norm3 = parts.makeNorm();
    this.dropout3 = parts.makeDropout();
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    checkOptions<DecoderMasks>("TransformerDecoderLayer", masks, maskRules);
    checkValue("TransformerDecoderLayer: memory", memory, aTensor);
    const { tgtMask: attentionMask, tgtKeyPaddingMask: keyPaddingMask, causal } = masks;
    const ofMemory = { attentionMask: masks.memoryMask, keyPaddingMask: masks.memoryKeyPaddingMask };
    return compute(this, tgt, () =>
      scope(() => {
        const attended = this.addBranch(
          tgt,
          { norm: this.norm1, dropout: this.dropout1 },
          keyPaddingMask,
          (x) => this.attendToSelf(x, { attentionMask, keyPaddingMask, causal }),
        );
        const informed = this.addBranch(
          attended,
          { norm: this.norm2, dropout: this.dropout2 },
          keyPaddingMask,
          (x) => this.crossAttention.forward(x, memory, memory, { ...ofMemory, needWeights: false })[0],
        );
        return this.addBranch(informed, { norm: this.norm3, dropout: this.dropout3 }, keyPaddingMask, (x) =>
          this.feedForward(x),
        );
      }),
    );
  }
}

/**
 * A stack of decoder layers. `makeLayer` makes each one, so that they start with different weights; PyTorch copies one.
 *
 * Shapes: as its layers.
 *
 * @param options.norm normalizes the result, as a stack of layers with `normFirst` needs it; default: none
 * @example new TransformerDecoder(() => new TransformerDecoderLayer(16, 2, { dimFeedforward: 32 }), 6)
 */
export class TransformerDecoder extends Module<[tgt: Tensor, memory: Tensor, masks?: DecoderMasks]> {
  readonly layers: readonly TransformerDecoderLayer[];
  readonly norm: TokenNorm | undefined;

  constructor(
    makeLayer: (index: number) => TransformerDecoderLayer,
    numLayers: number,
    options: { readonly norm?: Module } = {},
  ) {
    super();
    this.layers = makeLayers("TransformerDecoder", makeLayer, numLayers);
    this.norm = readNorm("TransformerDecoder", options);
  }

  forward(tgt: Tensor, memory: Tensor, masks: DecoderMasks = {}): Tensor {
    return withNames(this, () =>
      scope(() => {
        const y = this.layers.reduce((x, layer) => layer.forward(x, memory, masks), tgt);
        if (this.norm === undefined) return y;
        const { batchFirst } = this.layers[0]!;
        return normalizeTokens(this.norm, y, { mask: masks.tgtKeyPaddingMask, batchFirst });
      }),
    );
  }
}
