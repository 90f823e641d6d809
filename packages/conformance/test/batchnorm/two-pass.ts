import { countElements } from "@evenkeel/tensor";
import { makeSequence } from "../../src/draw-values.ts";

/** Mean and biased variance of each channel by the two-pass algorithm in float64: the reference. */
export function twoPass(
  x: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
): { readonly mean: number[]; readonly variance: number[]; readonly count: number } {
  const channels = shape[axis]!;
  const count = channels === 0 ? 0 : countElements(shape) / channels;
  const findChannel = makeChannelFinder(shape, axis);
  const sums = (value: (index: number) => number): number[] => {
    const result = new Array<number>(channels).fill(0);
    for (let index = 0; index < x.length; index++) result[findChannel(index)]! += value(index);
    return result;
  };
  const mean = sums((index) => x[index]!).map((sum) => sum / count);
  const variance = sums((index) => (x[index]! - mean[findChannel(index)]!) ** 2).map((sum) => sum / count);
  return { mean, variance, count };
}

/** The channel of each value, by its row-major position. */
export function makeChannelFinder(shape: readonly number[], axis: number): (index: number) => number {
  const inner = countElements(shape.slice(axis + 1));
  return (index) => Math.floor(index / inner) % shape[axis]!;
}

/** Float32 values in [-2, 2) around `offset`, which depend only on the name. */
export function drawn(name: string, size: number, offset = 0): Float32Array {
  const next = makeSequence(name);
  return Float32Array.from({ length: size }, () => 4 * next() - 2 + offset);
}

/** The first position where a and b differ in their bits, or -1. NaN equals NaN. */
export const firstDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).findIndex((value, index) => !Object.is(value, b[index]));
