import type { Backend, Seed } from "@evenkeel/tensor";
import { getRandomSource } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import {
  aBackend,
  aSeed,
  callable,
  checkOptions,
  checkValue,
  either,
  fraction,
  nonNegative,
  oneOf,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import type { Initializer } from "../../initializers/init.ts";
import { isModule } from "../../module/member.ts";
import type { Module } from "../../module/module.ts";
import { GELU, ReLU } from "../activations.ts";
import { Dropout } from "../dropout.ts";
import { LayerNorm } from "../layer-norm.ts";
import { Linear } from "../linear.ts";
import { MultiheadAttention } from "./multihead-attention.ts";
import type { RotaryEncoding } from "./rotary-encoding.ts";
import type { TokenNorm } from "./token-norm.ts";

/** The options of the layers of transformers; the defaults are PyTorch's. */
export interface TransformerLayerOptions {
  /** The width of the network that follows attention. Default: 2048. */
  readonly dimFeedforward?: number;
  /** The probability of dropout, of the weights of attention and behind the activation too. Default: 0.1. */
  readonly dropout?: number;
  /** That of the weights of attention; default: `dropout`. */
  readonly attentionDropout?: number;
  /** That behind the activation; default: `dropout`. Small models mostly need neither, which take more time than the others. */
  readonly activationDropout?: number;
  /** Default: relu. */
  readonly activation?: "relu" | "gelu" | Module;
  /** Default: 1e-5. */
  readonly layerNormEps?: number;
  /** Whether the first dimension is the batch, not the sequence. Default: false. */
  readonly batchFirst?: boolean;
  /** Whether a norm stands at the beginning of each branch, not behind its sum with the input. Default: false. */
  readonly normFirst?: boolean;
  /** Whether attention, linear layers and layer norms have biases. Default: true. */
  readonly bias?: boolean;
  /**
   * Makes the norms in place of layer norm: `(channels) => new MaskedBatchNorm(channels)` is batch norm over all positions but
   * padding.
   */
  readonly normalization?: (channels: number) => Module;
  /** Rotates the queries and keys of self-attention by their positions. Default: none. */
  readonly rotary?: RotaryEncoding;
  /** The initial weights of linear layers. Default: PyTorch's, kaimingUniform with slope sqrt(5). */
  readonly weightInit?: Initializer;
  /** A number, or a random source that several layers share. Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

export const transformerLayerRules: Rules<TransformerLayerOptions> = {
  dimFeedforward: positiveInteger,
  dropout: fraction,
  attentionDropout: fraction,
  activationDropout: fraction,
  activation: /* @__PURE__ */ either(/* @__PURE__ */ oneOf("relu", "gelu"), {
    expected: "a module",
    accepts: isModule,
  }),
  layerNormEps: nonNegative,
  batchFirst: yesOrNo,
  normFirst: yesOrNo,
  bias: yesOrNo,
  normalization: callable,
  rotary: { expected: "a RotaryEncoding", accepts: isModule },
  weightInit: callable,
  seed: aSeed,
  backend: aBackend,
};

/** What layers of transformers are made of. Each call makes another one. */
export interface TransformerParts {
  readonly batchFirst: boolean;
  readonly normFirst: boolean;
  makeAttention(rotary?: RotaryEncoding): MultiheadAttention;
  makeLinear(inputs: number, outputs: number): Linear;
  makeNorm(): TokenNorm;
  makeDropout(): Dropout;
  /** The dropout behind the activation. */
  makeActivationDropout(): Dropout;
  makeActivation(): Module;
}

/** Checks the arguments of a layer. */
export function prepareParts(
  layer: string,
  dModel: number,
  nHead: number,
  options: TransformerLayerOptions,
): TransformerParts {
  checkOptions<TransformerLayerOptions>(layer, options, transformerLayerRules);
  checkValue(`${layer}: dModel`, dModel, positiveInteger);
  const { batchFirst = false, normFirst = false, dropout = 0.1, bias = true } = options;
  const { attentionDropout = dropout, activationDropout = dropout } = options;
  const { activation = "relu", layerNormEps: epsilon = 1e-5, weightInit, backend } = options;
  const seed = getRandomSource(options.seed);
  const { normalization = (size: number) => new LayerNorm(size, { epsilon, bias, backend }) } = options;
  return {
    batchFirst,
    normFirst,
    makeAttention: (rotary) =>
      new MultiheadAttention(dModel, nHead, {
        dropout: attentionDropout,
        bias,
        batchFirst,
        rotary,
        seed,
        backend,
      }),
    makeLinear: (inputs, outputs) => new Linear(inputs, outputs, { bias, weightInit, seed, backend }),
    makeNorm: () => normalization(dModel),
    makeDropout: () => new Dropout(dropout, { seed }),
    makeActivationDropout: () => new Dropout(activationDropout, { seed }),
    makeActivation: () => {
      if (typeof activation !== "string") return activation;
      return activation === "relu" ? new ReLU() : new GELU();
    },
  };
}
