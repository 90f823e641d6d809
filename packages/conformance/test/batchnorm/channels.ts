import type { Activation } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";

/** The values of one channel, in memory order. */
export function extractChannel(
  values: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  channel: number,
): Float64Array {
  const inner = countElements(shape.slice(axis + 1));
  const outer = countElements(shape.slice(0, axis));
  const result = new Float64Array(outer * inner);
  let to = 0;
  for (let row = 0; row < outer; row++) {
    const start = (row * shape[axis]! + channel) * inner;
    for (let column = 0; column < inner; column++) result[to++] = values[start + column]!;
  }
  return result;
}

export interface ChannelStatistics {
  readonly mean: number;
  /** The biased variance. */
  readonly variance: number;
}

/** The two-pass algorithm in float64. */
export function computeStatistics(x: Float64Array): ChannelStatistics {
  let sum = 0;
  for (const value of x) sum += value;
  const mean = sum / x.length;
  let squares = 0;
  for (const value of x) squares += (value - mean) ** 2;
  return { mean, variance: squares / x.length };
}

export interface ChannelOptions {
  readonly scale?: number;
  readonly shift?: number;
  readonly epsilon?: number;
  readonly activation?: Activation;
  readonly residual?: Float64Array;
}

export const getSlope = (activation: Activation = "none"): number =>
  typeof activation === "object" ? activation.leakyRelu : activation === "relu" ? 0 : 1;

/** z = scale * (x - mean) / sqrt(variance + epsilon) + shift + residual, and y after the activation. */
export function normalizeChannel(
  x: Float64Array,
  { mean, variance }: ChannelStatistics,
  { scale = 1, shift = 0, epsilon = 1e-5, activation, residual }: ChannelOptions,
): { z: Float64Array; y: Float64Array } {
  const inverseStd = 1 / Math.sqrt(variance + epsilon);
  const z = x.map((value, at) => scale * (value - mean) * inverseStd + shift + (residual?.[at] ?? 0));
  return { z, y: z.map((value) => (value > 0 ? value : value * getSlope(activation))) };
}

export interface ChannelGradients {
  readonly dx: Float64Array;
  readonly dScale: number;
  readonly dShift: number;
}

/** Gradients for dz, the gradient before the activation; they flow through the statistics if these are those of x. */
export function differentiateChannel(
  dz: Float64Array,
  x: Float64Array,
  { mean, variance }: ChannelStatistics,
  { scale = 1, epsilon = 1e-5 }: ChannelOptions,
  ofBatch: boolean,
): ChannelGradients {
  const inverseStd = 1 / Math.sqrt(variance + epsilon);
  let dScale = 0;
  let dShift = 0;
  dz.forEach((value, at) => {
    dShift += value;
    dScale += value * (x[at]! - mean) * inverseStd;
  });
  const [meanOfDz, slope] = ofBatch ? [dShift / x.length, dScale / x.length] : [0, 0];
  const dx = dz.map((value, at) => {
    const xhat = (x[at]! - mean) * inverseStd;
    return scale * inverseStd * (value - meanOfDz - xhat * slope);
  });
  return { dx, dScale, dShift };
}
