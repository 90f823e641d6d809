import { layerNorm, rmsNorm } from "@evenkeel/batchnorm/norms";
import type { Backend, Shape, Tensor } from "@evenkeel/tensor";
import { ones, zeros } from "@evenkeel/tensor";
import {
  aBackend,
  checkOptions,
  checkValue,
  either,
  listOf,
  nonNegative,
  positiveInteger,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { compute } from "./layer.ts";

/** The options of `RMSNorm`; the defaults are PyTorch's. */
export interface RMSNormLayerOptions {
  /** Added to the mean square before the root is taken; default 2^-23, that of f32. */
  readonly epsilon?: number;
  /** Whether each position has a trainable scale; default true. */
  readonly elementwiseAffine?: boolean;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** The options of `LayerNorm`; the defaults are PyTorch's. */
export interface LayerNormLayerOptions {
  /** Added to the variance before the square root is taken; default 1e-5. */
  readonly epsilon?: number;
  /** Whether each position has a trainable scale and shift; default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether a layer with a scale has a shift too; default true. */
  readonly bias?: boolean;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

function toShape(name: string, normalizedShape: number | Shape): Shape {
  const rule = either(positiveInteger, listOf(positiveInteger));
  checkValue(`${name}: normalizedShape`, normalizedShape, rule);
  return [normalizedShape].flat();
}

/**
 * Layer norm: every sample is normalized over its last dimensions by its own mean and variance, in training and evaluation mode
 * alike.
 *
 * Shapes: [..., ...normalizedShape] -> the same; weight and bias normalizedShape. Throws ShapeError for other inputs,
 * ArgumentError for sizes that are not positive.
 *
 * @example new LayerNorm(64).forward(ones([2, 10, 64])) // -> [2, 10, 64]
 */
export class LayerNorm extends Module {
  readonly scale: Parameter | undefined;
  readonly shift: Parameter | undefined;
  readonly normalizedShape: Shape;
  readonly epsilon: number;

  constructor(normalizedShape: number | Shape, options: LayerNormLayerOptions = {}) {
    super();
    checkOptions<LayerNormLayerOptions>("LayerNorm", options, {
      epsilon: nonNegative,
      elementwiseAffine: yesOrNo,
      bias: yesOrNo,
      backend: aBackend,
    });
    const { epsilon = 1e-5, elementwiseAffine = true, bias = true, backend } = options;
    const shape = toShape("LayerNorm", normalizedShape);
    this.normalizedShape = shape;
    this.epsilon = epsilon;
    if (!elementwiseAffine) return;
    this.scale = new Parameter(ones(shape, { backend }), { name: "weight", decayed: false });
    if (bias) this.shift = new Parameter(zeros(shape, { backend }), { name: "bias", decayed: false });
  }

  get normalizes(): "layer" {
    return "layer";
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, epsilon } = this;
    return compute(this, x, () =>
      layerNorm(x, normalizedShape, { scale: this.scale?.value, shift: this.shift?.value, epsilon }),
    );
  }

  override describe(): string {
    return `LayerNorm ${this.normalizedShape.join("x")}`;
  }
}

/**
 * Root mean square norm: every sample is divided by the root of the mean of its squares over the last dimensions.
 *
 * Shapes: [..., ...normalizedShape] -> the same; weight normalizedShape. Throws ShapeError for other inputs, ArgumentError for
 * sizes that are not positive.
 *
 * @example new RMSNorm(64).forward(ones([2, 10, 64])) // -> [2, 10, 64]
 */
export class RMSNorm extends Module {
  readonly scale: Parameter | undefined;
  readonly normalizedShape: Shape;
  readonly epsilon: number;

  constructor(normalizedShape: number | Shape, options: RMSNormLayerOptions = {}) {
    super();
    checkOptions<RMSNormLayerOptions>("RMSNorm", options, {
      epsilon: nonNegative,
      elementwiseAffine: yesOrNo,
      backend: aBackend,
    });
    const { epsilon = 2 ** -23, elementwiseAffine = true, backend } = options;
    const shape = toShape("RMSNorm", normalizedShape);
    this.normalizedShape = shape;
    this.epsilon = epsilon;
    if (elementwiseAffine) {
      this.scale = new Parameter(ones(shape, { backend }), { name: "weight", decayed: false });
    }
  }

  get normalizes(): "rms" {
    return "rms";
  }

  forward(x: Tensor): Tensor {
    const { normalizedShape, epsilon } = this;
    return compute(this, x, () => rmsNorm(x, normalizedShape, { scale: this.scale?.value, epsilon }));
  }

  override describe(): string {
    return `RMSNorm ${this.normalizedShape.join("x")}`;
  }
}
