import type { Tensor } from "@evenkeel/tensor";
import { getRandomSource, scope } from "@evenkeel/tensor";
import { aTensor, checkOptions, positiveInteger, yesOrNo } from "@evenkeel/tensor/checks";
import { xavierUniform } from "../../initializers/init.ts";
import { withNames } from "../../module/failure.ts";
import { Module } from "../../module/module.ts";
import { LayerNorm } from "../layer-norm.ts";
import type { DecoderMasks } from "./decoder.ts";
import { TransformerDecoder, TransformerDecoderLayer } from "./decoder.ts";
import { TransformerEncoder, TransformerEncoderLayer } from "./encoder.ts";
import type { TransformerLayerOptions } from "./transformer-options.ts";
import { transformerLayerRules } from "./transformer-options.ts";

/** The options of `Transformer`; the defaults are PyTorch's, and weights are xavierUniform. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** Default: 512. */
  readonly dModel?: number;
  /** The number of heads. Default: 8. */
  readonly nHead?: number;
  /** Default: 6. */
  readonly numEncoderLayers?: number;
  /** Default: 6. */
  readonly numDecoderLayers?: number;
}

/** The masks of a transformer, with the meaning of those of `MultiheadAttention`. */
export interface TransformerMasks extends Omit<DecoderMasks, "causal"> {
  /** [source length, source length] or [n heads, source length, source length]. */
  readonly srcMask?: Tensor | undefined;
  /** [n, source length]: true, or minus infinity, at padding. Unlike in PyTorch, it is the default of `memoryKeyPaddingMask` too. */
  readonly srcKeyPaddingMask?: Tensor | undefined;
  /** Whether positions of the target attend only to earlier ones and themselves. Default: false. */
  readonly tgtCausal?: boolean;
}

/**
 * An encoder and a decoder of vectors (Vaswani et al. 2017), each with a norm behind its last layer, as in PyTorch. Embeddings,
 * positions and the output layer are others.
 *
 * Shapes: source and target [length, n, dModel], or [n, length, dModel] with `batchFirst` -> as the target. Throws ShapeError for other
 * inputs, ArgumentError for sizes that are not positive or that the heads do not divide.
 *
 * @example
 * const model = new Transformer({ dModel: 16, nHead: 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 32 });
 * const y = model.forward(ones([7, 3, 16]), ones([5, 3, 16]), { tgtCausal: true });
 */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, masks?: TransformerMasks]> {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  constructor(options: TransformerOptions = {}) {
    super();
    checkOptions<TransformerOptions>("Transformer", options, {
      ...transformerLayerRules,
      dModel: positiveInteger,
      nHead: positiveInteger,
      numEncoderLayers: positiveInteger,
      numDecoderLayers: positiveInteger,
    });
    const { dModel = 512, nHead = 8, numEncoderLayers = 6, numDecoderLayers = 6, ...rest } = options;
    const layer = { weightInit: xavierUniform(), ...rest, seed: getRandomSource(options.seed) };
    const { layerNormEps: epsilon = 1e-5, bias = true, backend } = options;
    const makeNorm = options.normalization ?? ((size) => new LayerNorm(size, { epsilon, bias, backend }));
    this.encoder = new TransformerEncoder(
      () => new TransformerEncoderLayer(dModel, nHead, layer),
      numEncoderLayers,
      { norm: makeNorm(dModel) },
    );
    this.decoder = new TransformerDecoder(
      () => new TransformerDecoderLayer(dModel, nHead, layer),
      numDecoderLayers,
      { norm: makeNorm(dModel) },
    );
  }

  forward(src: Tensor, tgt: Tensor, masks: TransformerMasks = {}): Tensor {
    checkOptions<TransformerMasks>("Transformer", masks, {
      srcMask: aTensor,
      srcKeyPaddingMask: aTensor,
      tgtMask: aTensor,
      tgtKeyPaddingMask: aTensor,
      memoryMask: aTensor,
      memoryKeyPaddingMask: aTensor,
      tgtCausal: yesOrNo,
    });
    const { srcMask: mask, srcKeyPaddingMask, tgtCausal: causal, ...ofDecoder } = masks;
    const { memoryKeyPaddingMask = srcKeyPaddingMask } = masks;
    return withNames(this, () =>
      scope(() => {
        const memory = this.encoder.forward(src, { mask, srcKeyPaddingMask });
        return this.decoder.forward(tgt, memory, { ...ofDecoder, memoryKeyPaddingMask, causal });
      }),
    );
  }
}
