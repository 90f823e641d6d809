import { computeLayout } from "../src/operands/layout.ts";
import type { NormalizationAttributes } from "../src/pre-activation/attributes.ts";

type Values = ArrayLike<number>;

/** Calls `visit` with the position of every value of every channel. */
function forEachValue(
  shape: readonly number[],
  axis: number,
  visit: (at: number, channel: number) => void,
): void {
  const { outer, channels, inner } = computeLayout(shape, axis);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let column = 0; column < inner; column++) visit(at++, channel);
    }
  }
}

export interface Moments {
  readonly count: number;
  readonly mean: Float64Array;
  readonly m2: Float64Array;
}

/** Two passes. */
export function computeMoments(x: Values, shape: readonly number[], axis: number): Moments {
  const channels = shape[axis]!;
  const count = x.length / Math.max(1, channels);
  const mean = new Float64Array(channels);
  const m2 = new Float64Array(channels);
  forEachValue(shape, axis, (at, channel) => {
    mean[channel]! += x[at]! / count;
  });
  forEachValue(shape, axis, (at, channel) => {
    m2[channel]! += (x[at]! - mean[channel]!) ** 2;
  });
  return { count, mean, m2 };
}

export interface Operands {
  readonly scale?: Values | undefined;
  readonly shift?: Values | undefined;
  readonly residual?: Values | undefined;
}

const getSlope = ({ activation }: NormalizationAttributes): number =>
  typeof activation === "object" ? activation.leakyRelu : activation === "relu" ? 0 : 1;

const computeInverseStd = ({ count, m2 }: Moments, channel: number, epsilon: number): number =>
  1 / Math.sqrt(m2[channel]! / count + epsilon);

/** y, and z before the activation. */
export function normalized(
  x: Values,
  moments: Moments,
  shape: readonly number[],
  { scale, shift, residual }: Operands,
  attrs: NormalizationAttributes,
): { y: Float64Array; z: Float64Array } {
  const z = new Float64Array(x.length);
  forEachValue(shape, attrs.axis, (at, channel) => {
    const xhat = (x[at]! - moments.mean[channel]!) * computeInverseStd(moments, channel, attrs.epsilon);
    z[at] = (scale?.[channel] ?? 1) * xhat + (shift?.[channel] ?? 0) + (residual?.[at] ?? 0);
  });
  return { z, y: z.map((value) => (value > 0 ? value : value * getSlope(attrs))) };
}

/** The gradients of a batch normalized by its own statistics. */
export function gradients(
  dy: Values,
  x: Values,
  moments: Moments,
  shape: readonly number[],
  operands: Operands,
  attrs: NormalizationAttributes,
): { dx: Float64Array; dz: Float64Array; dScale: Float64Array; dShift: Float64Array } {
  const { z } = normalized(x, moments, shape, operands, attrs);
  const dz = z.map((value, at) => dy[at]! * (value > 0 ? 1 : getSlope(attrs)));
  const dScale = new Float64Array(shape[attrs.axis]!);
  const dShift = new Float64Array(shape[attrs.axis]!);
  const xhat = new Float64Array(x.length);
  forEachValue(shape, attrs.axis, (at, channel) => {
    xhat[at] = (x[at]! - moments.mean[channel]!) * computeInverseStd(moments, channel, attrs.epsilon);
    dScale[channel]! += dz[at]! * xhat[at]!;
    dShift[channel]! += dz[at]!;
  });
  const dx = new Float64Array(x.length);
  forEachValue(shape, attrs.axis, (at, channel) => {
    const factor = (operands.scale?.[channel] ?? 1) * computeInverseStd(moments, channel, attrs.epsilon);
    const { count } = moments;
    dx[at] = factor * (dz[at]! - dShift[channel]! / count - (xhat[at]! * dScale[channel]!) / count);
  });
  return { dx, dz, dScale, dShift };
}
