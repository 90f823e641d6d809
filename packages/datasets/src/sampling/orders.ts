import { drawPermutation } from "@evenkeel/tensor";
import { streams } from "../random/random-stream.ts";
import type { Sampler } from "./sampler.ts";

/** The examples in their own order. */
export const keepOrder = (count: number): Sampler => ({
  count,
  length: count,
  seed: undefined,
  sample: () => Int32Array.from({ length: count }, (_, position) => position),
});

/** The examples in a random order, which differs from epoch to epoch. */
export const drawOrder = (count: number, seed: number): Sampler => ({
  count,
  length: count,
  seed,
  sample: (epoch) => drawPermutation(count, { seed, stream: streams.shuffle + epoch }),
});
