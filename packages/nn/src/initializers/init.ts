import type { RandomOptions, Shape, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  normal as drawNormal,
  uniform as drawUniform,
  formatShape,
  full,
  sizeOf,
} from "@evenkeel/tensor";

/** Makes the first value of a parameter. */
export type Initializer = (shape: Shape, options: RandomOptions) => Tensor;

/** What stands behind the layer; it decides how much the variance shrinks on the way. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Which variance is kept: that of the values on the way in, or of the gradients on the way back. */
export type FanMode = "fanIn" | "fanOut";

/** How many values meet in a weight. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * How many values each output is made of, and how many outputs each value enters.
 *
 * Shapes: [out, in, ...kernel]. Throws ArgumentError below rank 2.
 */
export function fansOf(shape: Shape): Fans {
  if (shape.length < 2) {
    throw new ArgumentError(`shape: found ${formatShape(shape)}, expected [out, in, ...kernel]`);
  }
  const field = sizeOf(shape.slice(2));
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

/** The factor that makes up for the variance lost in a nonlinearity; PyTorch's `calculate_gain`. */
export function gainOf(nonlinearity: Nonlinearity, slope = 0.01): number {
  switch (nonlinearity) {
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + slope ** 2));
    case "selu":
      return 3 / 4;
    default:
      return 1;
  }
}

/** 0 everywhere. */
export const zeros: Initializer = (shape, { backend }) => full(shape, 0, { backend });

/** 1 everywhere. */
export const ones: Initializer = (shape, { backend }) => full(shape, 1, { backend });

/** One value everywhere. */
export const constant =
  (value: number): Initializer =>
  (shape, { backend }) =>
    full(shape, value, { backend });

/** Evenly distributed over [low, high); by default [0, 1). */
export const uniform =
  (low = 0, high = 1): Initializer =>
  (shape, options) =>
    drawUniform(shape, { ...options, low, high });

/** Normally distributed; by default with mean 0 and deviation 1. */
export const normal =
  (mean = 0, deviation = 1): Initializer =>
  (shape, options) =>
    drawNormal(shape, { ...options, mean, deviation });

/** What the deviation of He et al. 2015 goes by. */
export interface KaimingOptions {
  /** Default: fanIn. */
  readonly mode?: FanMode;
  /** Default: leakyRelu. */
  readonly nonlinearity?: Nonlinearity;
  /** The slope of leakyRelu below 0; default 0, which is relu. */
  readonly slope?: number;
}

function kaimingDeviation(shape: Shape, options: KaimingOptions): number {
  const { mode = "fanIn", nonlinearity = "leakyRelu", slope = 0 } = options;
  // A layer without inputs has no weights to draw.
  return gainOf(nonlinearity, slope) / Math.sqrt(Math.max(1, fansOf(shape)[mode]));
}

/** He et al. 2015, equation 10 (fanIn) and 14 (fanOut). */
export const kaimingNormal =
  (options: KaimingOptions = {}): Initializer =>
  (shape, draw) =>
    drawNormal(shape, { ...draw, deviation: kaimingDeviation(shape, options) });

/** The same variance as `kaimingNormal`, evenly distributed. */
export const kaimingUniform =
  (options: KaimingOptions = {}): Initializer =>
  (shape, draw) =>
    symmetric(shape, Math.sqrt(3) * kaimingDeviation(shape, options), draw);

const xavierDeviation = (shape: Shape, gain: number): number => {
  const { fanIn, fanOut } = fansOf(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};

/** Glorot and Bengio 2010, equation 12. */
export const xavierNormal =
  (gain = 1): Initializer =>
  (shape, draw) =>
    drawNormal(shape, { ...draw, deviation: xavierDeviation(shape, gain) });

/** Glorot and Bengio 2010, equation 16. */
export const xavierUniform =
  (gain = 1): Initializer =>
  (shape, draw) =>
    symmetric(shape, Math.sqrt(3) * xavierDeviation(shape, gain), draw);

/** Evenly distributed over [-bound, bound): PyTorch's biases, with 1 / sqrt(fanIn) of the weight beside them. */
export const symmetric = (shape: Shape, bound: number, draw: RandomOptions): Tensor =>
  drawUniform(shape, { ...draw, low: -bound, high: bound });

/** PyTorch's default for linear and convolutional weights: kaimingUniform with slope sqrt(5), so bound 1 / sqrt(fanIn). */
export const defaultWeight: Initializer = kaimingUniform({ slope: Math.sqrt(5) });
