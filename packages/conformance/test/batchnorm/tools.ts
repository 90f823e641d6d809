import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect } from "vitest";

/** A device for the tests of a file, with one thread by default. */
export function useBackend(threads = 1): () => Backend {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads }).open();
  });
  afterAll(() => backend.close());
  return () => backend;
}

/** Approximately normal numbers (sums of four uniform numbers), which depend only on the seed. */
export function normal(size: number, seed: number, mean = 0, deviation = 1): Float32Array {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const values = new Float32Array(size);
  // The variance of a sum of four uniforms is 1/3.
  const spread = deviation * Math.sqrt(3);
  for (let at = 0; at < size; at++) {
    values[at] = mean + spread * (uniform() + uniform() + uniform() + uniform() - 2);
  }
  return values;
}

/** The largest magnitude. */
export const largest = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
};

/** Fails unless every value is within its own tolerance. */
export function expectWithin(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | ((at: number) => number),
  what: string,
): void {
  expect(found.length, what).toBe(expected.length);
  for (let at = 0; at < expected.length; at++) {
    const allowed = typeof tolerance === "number" ? tolerance : tolerance(at);
    if (Math.abs(found[at]! - expected[at]!) <= allowed) continue;
    expect.fail(`${what} at ${at}: found ${found[at]}, expected ${expected[at]} within ${allowed}`);
  }
}

/** Fails unless both have the same bits, except for the payload of NaN. */
export function expectSameBits(found: ArrayLike<number>, expected: ArrayLike<number>, what = "values"): void {
  expect(found.length, what).toBe(expected.length);
  for (let at = 0; at < expected.length; at++) {
    if (!Object.is(found[at], expected[at])) {
      expect.fail(`${what} at ${at}: found ${found[at]}, expected ${expected[at]}`);
    }
  }
}

/** The last row of the statistics divided by the first: the biased variance of a channel. */
export function readVariance(statistics: Float32Array, channel: number): number {
  const channels = statistics.length / 4;
  return statistics[3 * channels + channel]! / statistics[channel]!;
}

export function readMean(statistics: Float32Array, channel: number): number {
  const channels = statistics.length / 4;
  return statistics[channels + channel]! + statistics[2 * channels + channel]!;
}
