import { ArgumentError, manualSeed, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  batches,
  bucketByLength,
  computeBalancedWeights,
  padCollate,
  stratifiedSampler,
  weightedRandomSampler,
} from "../src/index.ts";
import { count, images, read } from "./read-batches.ts";

beforeEach(() => {
  setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
});

afterEach(() => {
  setDefaultBackend(undefined);
});

const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

const tally = (values: Iterable<number>, length: number): number[] => {
  const counts = new Array<number>(length).fill(0);
  for (const value of values) counts[value]!++;
  return counts;
};

describe("weighted random sampling", () => {
  it("draws in proportion to weights with replacement, and never a weight of 0", () => {
    const weights = [0, 1, 2, 0, 5, 0];
    const sampler = weightedRandomSampler(weights, { numSamples: 40_000, seed: 1 });
    const shares = tally(sampler.sample(0), 6).map((found) => found / 40_000);
    // Five standard deviations of a share.
    shares.forEach((share, position) => {
      const expected = weights[position]! / 8;
      expect(Math.abs(share - expected)).toBeLessThanOrEqual(
        5 * Math.sqrt((expected * (1 - expected)) / 40_000),
      );
    });
    expect(sampler.sample(0)).toEqual(sampler.sample(0));
    expect(sampler.sample(1)).not.toEqual(sampler.sample(0));
    expect(sampler).toMatchObject({ count: 6, length: 40_000, seed: 1 });
  });

  it("draws each example at most once without replacement, in order of weighted draws", () => {
    const weights = Float32Array.of(1, 0, 3, 6);
    const first = new Array<number>(4).fill(0);
    for (let epoch = 0; epoch < 4000; epoch++) {
      const order = weightedRandomSampler(weights, { numSamples: 3, replacement: false, seed: 5 }).sample(
        epoch,
      );
      if (epoch === 0) expect(ascending(order)).toEqual([0, 2, 3]);
      first[order[0]!]!++;
    }
    expect(first[1]).toBe(0);
    for (const [position, expected] of [
      [0, 0.1],
      [2, 0.3],
      [3, 0.6],
    ] as const) {
      expect(Math.abs(first[position]! / 4000 - expected)).toBeLessThan(
        5 * Math.sqrt((expected * (1 - expected)) / 4000),
      );
    }
  });

  it("balances classes", () => {
    const labels = [..."aaaaaaab"];
    const weights = computeBalancedWeights(labels);
    expect(weights.at(-1)).toBe(1);
    const drawn = weightedRandomSampler(weights, { numSamples: 10_000, seed: 2 }).sample(3);
    expect(Math.abs(tally(drawn, 8)[7]! / 10_000 - 0.5)).toBeLessThan(0.025);
  });

  it("draws its seed from the source that manualSeed restarts", () => {
    manualSeed(7);
    const [first, second] = [weightedRandomSampler([1, 1]), weightedRandomSampler([1, 1])];
    manualSeed(7);
    expect(weightedRandomSampler([1, 1]).seed).toBe(first!.seed);
    expect(second!.seed).not.toBe(first!.seed);
  });

  it.each([
    [[[0, 0], {}], "found 0 positive weights, expected at least 1"],
    [[[1, 0, 1], { numSamples: 3, replacement: false }], "found 2 positive weights, expected at least 3"],
    [[[1, -1], {}], "weights: found [1, -1]"],
    [[[1, Number.NaN], {}], "weights: found"],
    [[[1, Number.POSITIVE_INFINITY], {}], "weights: found"],
    [["ab", {}], 'weights: found "ab"'],
    [[[1], { numSamples: 0 }], "numSamples: found 0"],
    [[[1], { num_samples: 1 }], 'found the option "num_samples"'],
  ] as const)("%o are rejected", ([weights, options], message) => {
    const make = () => weightedRandomSampler(weights as never, options as never);
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});

describe("stratified sampling", () => {
  it("gives every batch the classes of the set, and every example once", () => {
    const labels = count(1000).map((index) => (index < 700 ? "often" : index < 950 ? "sometimes" : "rare"));
    const sampler = stratifiedSampler(labels, { seed: 4 });
    const order = sampler.sample(2);
    expect(ascending(order)).toEqual(count(1000));
    for (let batch = 0; batch < 1000; batch += 40) {
      const classes = [...order.subarray(batch, batch + 40)].map((position) => labels[position]);
      for (const [name, share] of [
        ["often", 0.7],
        ["sometimes", 0.25],
        ["rare", 0.05],
      ] as const) {
        const found = classes.filter((found) => found === name).length;
        // A window of places has each class give or take one, and thereby n examples give or take one for each class.
        expect(Math.abs(found - share * 40)).toBeLessThanOrEqual(1 + 3 * share);
      }
    }
    expect(sampler.sample(2)).toEqual(order);
    expect(sampler.sample(3)).not.toEqual(order);
    expect(() => stratifiedSampler([{}] as never)).toThrow(ArgumentError);
  });
});

describe("buckets by length", () => {
  const lengths = count(203).map((index) => (index * 37) % 61);
  const longestOf = (batch: Int32Array): number => Math.max(...Array.from(batch, (index) => lengths[index]!));
  const shortestOf = (batch: Int32Array): number =>
    Math.min(...Array.from(batch, (index) => lengths[index]!));

  it("compose batches of similar lengths, with every example once, in an order of seed and epoch", () => {
    const sampler = bucketByLength(lengths, { batchSize: 16, buckets: 4, seed: 3 });
    const epoch = sampler.sample(0);
    expect(ascending(epoch.flatMap((batch) => [...batch]))).toEqual(count(203));
    expect([epoch.length, sampler.examplesPerEpoch]).toEqual([sampler.batchesPerEpoch, 203]);
    const sizes = epoch.map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
    // 203 examples in 4 buckets of about 51, each in 4 batches.
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
    for (const batch of epoch) expect(longestOf(batch) - shortestOf(batch)).toBeLessThanOrEqual(16);
    expect(epoch.map(longestOf)).not.toEqual(epoch.map(longestOf).toSorted((a, b) => a - b));
    expect(sampler.sample(0)).toEqual(epoch);
    expect(sampler.sample(1)).not.toEqual(epoch);
    expect(sampler.sample(1).length).toBe(epoch.length);
    const again = bucketByLength(lengths, { batchSize: 16, buckets: 4, seed: 3 });
    expect(again.sample(0)).toEqual(epoch);
    expect(bucketByLength(lengths, { batchSize: 16, buckets: 4, seed: 9 }).sample(0)).not.toEqual(epoch);
  });

  it("have given boundaries, and batches of a limited number of values", () => {
    const options = { boundaries: [9, 29], valuesPerBatch: 240, batchSize: 20, seed: 1 };
    for (const batch of bucketByLength(lengths, options).sample(5)) {
      const limit = longestOf(batch) <= 9 ? 20 : longestOf(batch) <= 29 ? 8 : 4;
      expect(batch.length).toBeLessThanOrEqual(limit);
      expect(shortestOf(batch)).toBeGreaterThan(limit === 20 ? -1 : limit === 8 ? 9 : 29);
    }
  });

  it("keep only full batches with dropLast, and the order of lengths without shuffling", () => {
    const sampler = bucketByLength(lengths, { batchSize: 16, buckets: 2, dropLast: true, shuffled: false });
    const epoch = sampler.sample(0);
    expect(epoch.every(({ length }) => length === 16)).toBe(true);
    expect([sampler.seed, sampler.examplesPerEpoch]).toEqual([undefined, 16 * epoch.length]);
    expect(epoch.map(longestOf)).toEqual(epoch.map(longestOf).toSorted((a, b) => a - b));
    expect(bucketByLength([], { batchSize: 2 }).sample(0)).toEqual([]);
    expect(bucketByLength([3, 3, 3, 3], { batchSize: 2, seed: 1 }).batchesPerEpoch).toBe(2);
  });

  it.each([
    [{}, "found neither it nor `valuesPerBatch`"],
    [{ batchSize: 0 }, "batchSize: found 0"],
    [{ batchSize: 2, buckets: 2, boundaries: [1] }, "found both it and `boundaries`"],
    [{ batchSize: 2, boundaries: [2, 1] }, "boundaries: found 2, 1, expected ascending lengths"],
    [{ batchSize: 2, shuffled: false, seed: 1 }, "found a seed with `shuffled: false`"],
    [{ batchSize: 2, size: 1 }, 'found the option "size"'],
  ])("%o are rejected", (options, message) => {
    expect(() => bucketByLength([1, 2], options as never)).toThrow(ArgumentError);
    expect(() => bucketByLength([1, 2], options as never)).toThrow(message);
  });
});

describe("samplers of batches", () => {
  const sentences = count(5).map((index) => ({ inputs: new Int32Array(index).fill(index), labels: index }));
  const dtypes = { labels: "i32" } as const;

  it("compose the batches of an epoch", async () => {
    const batchSampler = bucketByLength(count(5), { batchSize: 3, buckets: 2, shuffled: false });
    const source = batches(sentences, {
      batchSampler,
      dtypes,
      collate: { inputs: padCollate({ unmasked: true }) },
    });
    expect([source.batchesPerEpoch, source.examplesPerEpoch, source.seed]).toEqual([2, 5, undefined]);
    expect(await read(source)).toEqual([
      { inputs: "i32 [3, 2]: 0 0 1 0 2 2", labels: "i32 [3]: 0 1 2" },
      { inputs: "i32 [2, 4]: 3 3 3 0 4 4 4 4", labels: "i32 [2]: 3 4" },
    ]);
  });

  it("order the examples of any sized source, also of images", async () => {
    const sampler = weightedRandomSampler([0, 0, 0, 0, 1], { numSamples: 3, seed: 1 });
    const labels = Int32Array.from(count(5));
    const ofArrays = batches({ labels }, { batchSize: 2, sampler, onWarning: () => undefined });
    expect(await read(ofArrays)).toEqual([{ labels: "i32 [2]: 4 4" }, { labels: "i32 [1]: 4" }]);
    expect([ofArrays.batchesPerEpoch, ofArrays.seed]).toEqual([2, 1]);
    const ofImages = batches(images, { batchSize: 3, sampler });
    expect(await read(ofImages)).toMatchObject([{ labels: "i32 [3]: 0 0 0" }]);
  });

  it("give the same epoch from any batch on", async () => {
    const options = { batchSize: 2, shuffled: true, seed: 3, onWarning: () => undefined };
    const indices: number[] = [];
    const dataset = {
      length: 5,
      get: (index: number) => {
        indices.push(index);
        return index;
      },
    };
    const sampled = batches(dataset, { batchSampler: bucketByLength(count(5), { batchSize: 2, seed: 2 }) });
    const augmented = batches(images, { ...options, augment: (from, to) => to.set(from) });
    for (const source of [batches(dataset, options), sampled, augmented]) {
      const whole = await read(source, 4);
      const rest = { epoch: (epoch: number) => source.epochFrom(2, epoch) as AsyncIterable<unknown> };
      indices.length = 0;
      expect(await read(rest, 4)).toEqual(whole.slice(2));
      expect(indices.length).toBe(
        source === augmented ? 0 : 5 - 4 + (source === sampled ? whole.length - 3 : 0),
      );
      expect(() => source.epochFrom(-1, 0)).toThrow(/batches: first: found -1/);
    }
  });

  it.each([
    [
      { batchSize: 2, sampler: weightedRandomSampler([1], { seed: 1 }) },
      "batches: sampler: found one for 1 examples",
    ],
    [
      { batchSampler: bucketByLength([1], { batchSize: 1 }) },
      "batches: batchSampler: found one for 1 examples",
    ],
    [{ batchSize: 2, batchSampler: bucketByLength([1], { batchSize: 1 }) }, 'found the option "batchSize"'],
    [{ batchSampler: weightedRandomSampler([1], { seed: 1 }) }, "expected a sampler of batches"],
    [{ batchSize: 2, sampler: [0, 1] }, "sampler: found [0, 1], expected a sampler"],
    [{ batchSize: 2, sampler: stratifiedSampler(count(5)), shuffled: true }, "a sampler and `shuffled`"],
    [{ batchSize: 2, sampler: stratifiedSampler(count(5)), seed: 1 }, "found a seed without"],
  ])("%o are rejected", (options, message) => {
    expect(() => batches(sentences, options as never)).toThrow(ArgumentError);
    expect(() => batches(sentences, options as never)).toThrow(message);
  });

  it("are rejected if they name an example that does not exist", async () => {
    const sampler = { count: 5, length: 2, seed: undefined, sample: () => Int32Array.of(0, 5) };
    await expect(read(batches(count(5), { batchSize: 2, sampler }))).rejects.toThrow(
      /batches: sampler: found the position 5, expected integers from 0 to 4/,
    );
  });
});
