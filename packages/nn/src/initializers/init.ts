import type { RandomOptions, Shape, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  countElements,
  normal as drawNormal,
  uniform as drawUniform,
  formatShape,
  full,
} from "@evenkeel/tensor";
import { checkOptions, checkValue, finite, nonNegative, oneOf } from "@evenkeel/tensor/checks";

/** Creates the initial value of a parameter. */
export type Initializer = (shape: Shape, options: RandomOptions) => Tensor;

/** An initializer of this module. Without options, it draws from the random source that `manualSeed` restarts. */
export type StandardInitializer = (shape: Shape, options?: RandomOptions) => Tensor;

/** The nonlinearity that follows the layer; it determines by how much the variance shrinks. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Which variance is preserved: that of the values in the forward pass, or that of the gradients in the backward pass. */
export type FanMode = "fanIn" | "fanOut";

/** The numbers of inputs and outputs that the weights of a layer connect. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * The number of inputs of each output, and the number of outputs of each input.
 *
 * Shapes: [out, in, ...kernel]. Throws ArgumentError below rank 2.
 */
export function computeFans(shape: Shape): Fans {
  if (shape.length < 2) {
    throw new ArgumentError(`shape: found ${formatShape(shape)}, expected [out, in, ...kernel]`);
  }
  const field = countElements(shape.slice(2));
  return { fanIn: shape[1]! * field, fanOut: shape[0]! * field };
}

const nonlinearityRule = oneOf("linear", "sigmoid", "tanh", "relu", "leakyRelu", "selu");

/**
 * The factor that compensates for the loss of variance in a nonlinearity; PyTorch's `calculate_gain`. Throws ArgumentError for an
 * unknown nonlinearity or a slope that is not finite.
 */
export function computeGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  checkValue("computeGain: nonlinearity", nonlinearity, nonlinearityRule);
  checkValue("computeGain: slope", slope, finite);
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

/** All zeros. */
export const zeros: StandardInitializer = (shape, { backend } = {}) => full(shape, 0, { backend });

/** All ones. */
export const ones: StandardInitializer = (shape, { backend } = {}) => full(shape, 1, { backend });

/** The same value everywhere. Throws ArgumentError if it is not finite. */
export function constant(value: number): StandardInitializer {
  checkValue("constant: value", value, finite);
  return (shape, { backend } = {}) => full(shape, value, { backend });
}

/** Uniform over [low, high), by default [0, 1). Throws ArgumentError for bounds that are not finite. */
export function uniform(low = 0, high = 1): StandardInitializer {
  checkValue("uniform: low", low, finite);
  checkValue("uniform: high", high, finite);
  return (shape, options) => drawUniform(shape, { ...options, low, high });
}

/** Normal, by default with mean 0 and standard deviation 1. Throws ArgumentError for numbers out of range. */
export function normal(mean = 0, deviation = 1): StandardInitializer {
  checkValue("normal: mean", mean, finite);
  checkValue("normal: deviation", deviation, nonNegative);
  return (shape, options) => drawNormal(shape, { ...options, mean, deviation });
}

/** The options of the initialization of He et al. 2015. */
export interface KaimingOptions {
  /** Default: fanIn. */
  readonly mode?: FanMode;
  /** Default: leakyRelu. */
  readonly nonlinearity?: Nonlinearity;
  /** The slope of leakyRelu below 0; default 0, which makes it relu. */
  readonly slope?: number;
}

/** A function from shapes to standard deviations. It checks the options before it is returned. */
function makeKaimingDeviation(where: string, options: KaimingOptions): (shape: Shape) => number {
  checkOptions<KaimingOptions>(where, options, {
    mode: oneOf("fanIn", "fanOut"),
    nonlinearity: nonlinearityRule,
    slope: finite,
  });
  const { mode = "fanIn", nonlinearity = "leakyRelu", slope = 0 } = options;
  // A layer without inputs has no weights to draw.
  return (shape) => computeGain(nonlinearity, slope) / Math.sqrt(Math.max(1, computeFans(shape)[mode]));
}

/** He et al. 2015, equations 10 (fanIn) and 14 (fanOut). Throws ArgumentError for options out of range. */
export function kaimingNormal(options: KaimingOptions = {}): StandardInitializer {
  const computeDeviation = makeKaimingDeviation("kaimingNormal", options);
  return (shape, draw) => drawNormal(shape, { ...draw, deviation: computeDeviation(shape) });
}

/** Uniform, with the variance of `kaimingNormal`. Throws ArgumentError for options out of range. */
export function kaimingUniform(options: KaimingOptions = {}): StandardInitializer {
  const computeDeviation = makeKaimingDeviation("kaimingUniform", options);
  return (shape, draw) => symmetric(shape, Math.sqrt(3) * computeDeviation(shape), draw);
}

function makeXavierDeviation(where: string, gain: number): (shape: Shape) => number {
  checkValue(`${where}: gain`, gain, nonNegative);
  return (shape) => {
    const { fanIn, fanOut } = computeFans(shape);
    return gain * Math.sqrt(2 / (fanIn + fanOut));
  };
}

/** Glorot and Bengio 2010, equation 12. Throws ArgumentError for a gain that is negative or not finite. */
export function xavierNormal(gain = 1): StandardInitializer {
  const computeDeviation = makeXavierDeviation("xavierNormal", gain);
  return (shape, draw) => drawNormal(shape, { ...draw, deviation: computeDeviation(shape) });
}

/** Glorot and Bengio 2010, equation 16. Throws ArgumentError for a gain that is negative or not finite. */
export function xavierUniform(gain = 1): StandardInitializer {
  const computeDeviation = makeXavierDeviation("xavierUniform", gain);
  return (shape, draw) => symmetric(shape, Math.sqrt(3) * computeDeviation(shape), draw);
}

/** Uniform over [-bound, bound). PyTorch draws biases this way, with the bound 1 / sqrt(fanIn) of the weight. */
export const symmetric = (shape: Shape, bound: number, draw?: RandomOptions): Tensor =>
  drawUniform(shape, { ...draw, low: -bound, high: bound });

/** PyTorch's default for linear and convolutional weights: kaimingUniform with slope sqrt(5), so the bound is 1 / sqrt(fanIn). */
export const defaultWeight: StandardInitializer = kaimingUniform({ slope: Math.sqrt(5) });
