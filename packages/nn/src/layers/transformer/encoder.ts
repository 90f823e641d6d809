import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, scope } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aTensor,
  callable,
  checkOptions,
  checkValue,
  describeValue,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { withNames } from "../../module/failure.ts";
import { isModule } from "../../module/member.ts";
import { Module } from "../../module/module.ts";
import { compute } from "../layer.ts";
import type { TokenNorm } from "./token-norm.ts";
import { normalizeTokens } from "./token-norm.ts";
import { TransformerLayer } from "./transformer-layer.ts";
import type { TransformerLayerOptions } from "./transformer-options.ts";
import { prepareParts } from "./transformer-options.ts";

/** The masks of an encoder, with the meaning of those of `MultiheadAttention`. */
export interface EncoderMasks {
  /** [length, length] or [n heads, length, length]. */
  readonly mask?: Tensor | undefined;
  /** [n, length]: true, or minus infinity, at padding. Batch norms leave it out too. */
  readonly srcKeyPaddingMask?: Tensor | undefined;
  /** Whether positions attend only to earlier ones and themselves. Default: false. */
  readonly causal?: boolean;
}

const maskRules: Rules<EncoderMasks> = { mask: aTensor, srcKeyPaddingMask: aTensor, causal: yesOrNo };

/**
 * A layer of an encoder (Vaswani et al. 2017): self-attention, then a network of two layers, each added to its input and normalized.
 *
 * Shapes: [length, n, dModel], or [n, length, dModel] with `batchFirst`, or [length, dModel] -> the same. Throws ShapeError for other
 * inputs, ArgumentError for sizes that are not positive or that the heads do not divide.
 *
 * @example new TransformerEncoderLayer(16, 2, { dimFeedforward: 32, batchFirst: true, seed: 1 }).forward(ones([3, 5, 16]))
 */
export class TransformerEncoderLayer extends TransformerLayer<[src: Tensor, masks?: EncoderMasks]> {
  constructor(dModel: number, nHead: number, options: TransformerLayerOptions = {}) {
    super(prepareParts("TransformerEncoderLayer", dModel, nHead, options), dModel, options);
  }

  forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    checkOptions<EncoderMasks>("TransformerEncoderLayer", masks, maskRules);
    const { mask: attentionMask, srcKeyPaddingMask: keyPaddingMask, causal } = masks;
    return compute(this, src, () =>
      scope(() => {
        const attended = this.addBranch(
          src,
          { norm: this.norm1, dropout: this.dropout1 },
          keyPaddingMask,
          (x) => this.attendToSelf(x, { attentionMask, keyPaddingMask, causal }),
        );
        return this.addBranch(attended, { norm: this.norm2, dropout: this.dropout2 }, keyPaddingMask, (x) =>
          this.feedForward(x),
        );
      }),
    );
  }
}

/**
 * A stack of encoder layers. `makeLayer` makes each one, so that they start with different weights; PyTorch copies one.
 *
 * Shapes: as its layers.
 *
 * @param options.norm normalizes the result, as a stack of layers with `normFirst` needs it; default: none
 * @example new TransformerEncoder(() => new TransformerEncoderLayer(16, 2, { dimFeedforward: 32 }), 6)
 */
export class TransformerEncoder extends Module<[src: Tensor, masks?: EncoderMasks]> {
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: TokenNorm | undefined;

  constructor(
    makeLayer: (index: number) => TransformerEncoderLayer,
    numLayers: number,
    options: { readonly norm?: Module } = {},
  ) {
    super();
    this.layers = makeLayers("TransformerEncoder", makeLayer, numLayers);
    this.norm = readNorm("TransformerEncoder", options);
  }

  forward(src: Tensor, masks: EncoderMasks = {}): Tensor {
    return withNames(this, () =>
      scope(() => {
        const y = this.layers.reduce((x, layer) => layer.forward(x, masks), src);
        if (this.norm === undefined) return y;
        const { batchFirst } = this.layers[0]!;
        return normalizeTokens(this.norm, y, { mask: masks.srcKeyPaddingMask, batchFirst });
      }),
    );
  }
}

/** Checks the arguments of a stack and makes its layers. */
export function makeLayers<Layer>(
  stack: string,
  makeLayer: (index: number) => Layer,
  numLayers: number,
): readonly Layer[] {
  checkValue(`${stack}: makeLayer`, makeLayer, callable);
  checkValue(`${stack}: numLayers`, numLayers, positiveInteger);
  return Array.from({ length: numLayers }, (_, index) => {
    const layer = makeLayer(index);
    if (isModule(layer)) return layer;
    throw new ArgumentError(
      `${stack}: makeLayer: found ${describeValue(layer)} as layer ${index}, expected a module`,
    );
  });
}

/** The norm behind a stack. */
export function readNorm(stack: string, options: { readonly norm?: Module }): TokenNorm | undefined {
  checkOptions<typeof options>(stack, options, { norm: { expected: "a module", accepts: isModule } });
  return options.norm;
}
