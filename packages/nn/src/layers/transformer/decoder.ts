import type { Tensor } from "@evenkeel/tensor";
import { scope } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aTensor, checkOptions, checkValue, yesOrNo } from "@evenkeel/tensor/checks";
import { withNames } from "../../module/failure.ts";
import { Module } from "../../module/module.ts";
import type { Dropout } from "../dropout.ts";
import { compute } from "../layer.ts";
import { makeLayers, readNorm } from "./encoder.ts";
import type { KeyValues } from "./key-values.ts";
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

/** What a decoder layer keeps from one call of `extend` to the next. */
export interface DecoderLayerState {
  /** The keys and values of the memory. */
  readonly memory: KeyValues;
  /** Those of the positions of the target so far. */
  readonly past: KeyValues | undefined;
}

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
    return this.run(tgt, memory, masks, false)[0];
  }

  /** The output, and the weights of the attention to the memory: [n, length, memory length], the means over the heads. */
  forwardWithWeights(
    tgt: Tensor,
    memory: Tensor,
    masks: DecoderMasks = {},
  ): readonly [output: Tensor, weights: Tensor] {
    const [output, weights] = this.run(tgt, memory, masks, true);
    return [output, weights!];
  }

  /** What `extend` starts from: the keys and values of the memory, which are computed once. */
  begin(memory: Tensor): DecoderLayerState {
    return { memory: this.crossAttention.computeKeyValues(memory), past: undefined };
  }

  /**
   * The outputs of further positions of the target, which attend to those before them: what `forward` with `causal` gives for them. Nothing
   * but attention may mix positions, so norms are those of vectors, or in evaluation mode.
   */
  extend(
    tgt: Tensor,
    { memory, past }: DecoderLayerState,
    { memoryKeyPaddingMask: keyPaddingMask }: Pick<DecoderMasks, "memoryKeyPaddingMask"> = {},
  ): readonly [output: Tensor, state: DecoderLayerState] {
    const [output, extended] = this.addBranches(
      tgt,
      undefined,
      (x) => this.selfAttention.extend(x, past),
      (x) => this.crossAttention.attendTo(x, memory, { keyPaddingMask, needWeights: false }),
    );
    return [output, { memory, past: extended[0] }];
  }

  private run(
    tgt: Tensor,
    memory: Tensor,
    masks: DecoderMasks,
    needWeights: boolean,
  ): readonly [output: Tensor, weights: Tensor | undefined] {
    checkOptions<DecoderMasks>("TransformerDecoderLayer", masks, maskRules);
    checkValue("TransformerDecoderLayer: memory", memory, aTensor);
    const { tgtMask: attentionMask, tgtKeyPaddingMask: keyPaddingMask, causal } = masks;
    const ofMemory = { attentionMask: masks.memoryMask, keyPaddingMask: masks.memoryKeyPaddingMask };
    const [output, [, weights]] = this.addBranches(
      tgt,
      keyPaddingMask,
      (x) => [this.attendToSelf(x, { attentionMask, keyPaddingMask, causal }), undefined],
      (x) => this.crossAttention.forward(x, memory, memory, { ...ofMemory, needWeights }),
    );
    return [output, weights];
  }

  /** The output of the layer, and what its two attentions give besides theirs. */
  private addBranches<OfSelf, OfMemory>(
    tgt: Tensor,
    padding: Tensor | undefined,
    attendToSelf: (x: Tensor) => readonly [output: Tensor, extra: OfSelf],
    attendToMemory: (x: Tensor) => readonly [output: Tensor, extra: OfMemory],
  ): readonly [output: Tensor, extras: readonly [OfSelf, OfMemory]] {
    const { norm1, norm2, norm3, dropout1, dropout2, dropout3 } = this;
    return compute(this, tgt, () =>
      scope(() => {
        const [attended, ofSelf] = this.addBranchWith(
          tgt,
          { norm: norm1, dropout: dropout1 },
          padding,
          attendToSelf,
        );
        const [informed, ofMemory] = this.addBranchWith(
          attended,
          { norm: norm2, dropout: dropout2 },
          padding,
          attendToMemory,
        );
        const output = this.addBranch(informed, { norm: norm3, dropout: dropout3 }, padding, (x) =>
          this.feedForward(x),
        );
        return [output, [ofSelf, ofMemory]] as const;
      }),
    );
  }
}

/** What a stack of decoder layers keeps from one call of `extend` to the next. Tensors have the batch as their first dimension. */
export interface DecoderState {
  readonly layers: readonly DecoderLayerState[];
  /** [n, memory length]. */
  readonly memoryKeyPaddingMask: Tensor | undefined;
  /** The number of positions so far. */
  readonly length: number;
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
        return this.normalize(y, masks.tgtKeyPaddingMask);
      }),
    );
  }

  /** The output, and the weights with which each layer reads the memory: [n, length, memory length], the means over the heads. */
  forwardWithWeights(
    tgt: Tensor,
    memory: Tensor,
    masks: DecoderMasks = {},
  ): readonly [output: Tensor, weights: readonly Tensor[]] {
    return withNames(this, () =>
      scope(() => {
        const weights: Tensor[] = [];
        const y = this.layers.reduce((x, layer) => {
          const [output, read] = layer.forwardWithWeights(x, memory, masks);
          weights.push(read);
          return output;
        }, tgt);
        return [this.normalize(y, masks.tgtKeyPaddingMask), weights] as const;
      }),
    );
  }

  /** What `extend` starts from. */
  begin(memory: Tensor, masks: Pick<DecoderMasks, "memoryKeyPaddingMask"> = {}): DecoderState {
    const { memoryKeyPaddingMask } = masks;
    return withNames(this, () => ({
      layers: this.layers.map((layer) => layer.begin(memory)),
      memoryKeyPaddingMask,
      length: 0,
    }));
  }

  /**
   * The outputs of further positions of the target, such as the latest token, without computing those before them again: what `forward` with
   * `causal` gives for them. In evaluation mode, or with norms of vectors such as layer norm.
   *
   * @example
   * const decoder = new TransformerDecoder(() => new TransformerDecoderLayer(16, 2, { batchFirst: true }), 2).eval();
   * const [first, state] = decoder.extend(ones([3, 1, 16]), decoder.begin(ones([3, 7, 16])));
   * const [second] = decoder.extend(first, state);
   */
  extend(tgt: Tensor, state: DecoderState): readonly [output: Tensor, state: DecoderState] {
    const { memoryKeyPaddingMask, length } = state;
    return withNames(this, () =>
      scope(() => {
        const layers: DecoderLayerState[] = [];
        const y = this.layers.reduce((x, layer, index) => {
          const [output, next] = layer.extend(x, state.layers[index]!, { memoryKeyPaddingMask });
          layers.push(next);
          return output;
        }, tgt);
        const added = tgt.shape[this.layers[0]!.batchFirst ? 1 : 0]!;
        return [this.normalize(y, undefined), { ...state, layers, length: length + added }] as const;
      }),
    );
  }

  private normalize(y: Tensor, mask: Tensor | undefined): Tensor {
    if (this.norm === undefined) return y;
    return normalizeTokens(this.norm, y, { mask, batchFirst: this.layers[0]!.batchFirst });
  }
}
