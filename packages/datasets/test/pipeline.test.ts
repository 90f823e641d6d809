import { ArgumentError, getRandomSource, manualSeed } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { describe, expect, it, vi } from "vitest";
import {
  batches,
  compose,
  computeChannelStatistics,
  flipHorizontally,
  type ImageSet,
  prefetch,
  randomSplit,
  selectImages,
  shift,
  syntheticFigures,
} from "../src/index.ts";
import { RandomStream } from "../src/random/random-stream.ts";

const set: ImageSet = {
  name: "ramp",
  images: Uint8Array.from({ length: 5 * 2 * 2 * 3 }, (_, index) => index),
  labels: new Uint8Array([0, 1, 0, 1, 0]),
  imageShape: [2, 2, 3],
  classes: ["a", "b"],
};

describe("sets", () => {
  it("has the statistics of each channel", () => {
    const { mean, deviation } = computeChannelStatistics(set);
    const first = [...set.images].filter((_, index) => index % 12 < 6).map((value) => value / 255);
    const expected = first.reduce((sum, value) => sum + value, 0) / first.length;
    expect(mean[0]).toBeCloseTo(expected, 12);
    const variance = first.reduce((sum, value) => sum + (value - expected) ** 2, 0) / first.length;
    expect(deviation[0]).toBeCloseTo(Math.sqrt(variance), 12);
    expect(mean[1]! - mean[0]!).toBeCloseTo(6 / 255, 12);
  });

  it("selects and splits without losing or duplicating an image", () => {
    expect([...selectImages(set, [4, 0]).images.subarray(0, 2)]).toEqual([48, 49]);
    expect(() => selectImages(set, [5])).toThrow(ArgumentError);
    const { rest, held } = randomSplit(set, { held: 2, seed: 3 });
    const firstPixels = [rest, held].flatMap(({ images }) =>
      [...images].filter((_, index) => index % 12 === 0),
    );
    expect(firstPixels.sort((a, b) => a - b)).toEqual([0, 12, 24, 36, 48]);
    expect([...randomSplit(set, { held: 2, seed: 3 }).held.images]).toEqual([...held.images]);
    expect(() => selectImages(set, [0.5])).toThrow(/positions: found 0.5, expected integers/);
    expect(() => randomSplit(set, { held: 6, seed: 3 })).toThrow(
      /randomSplit: held: found 6, expected an integer from 0 to 5/,
    );
    for (const options of [{ seed: 1 }, { held: 2, seed: 1, hold: 1 }, { held: 1.5, seed: 1 }, null]) {
      expect(() => randomSplit(set, options as never)).toThrow(ArgumentError);
    }
  });
});

describe("augmentation", () => {
  const image = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const results = (augment: ReturnType<typeof shift>): Set<string> => {
    const seen = new Set<string>();
    for (let stream = 0; stream < 200; stream++) {
      const target = new Uint8Array(6);
      augment(image, target, [1, 2, 3], new RandomStream(1, stream));
      seen.add(target.join());
    }
    return seen;
  };

  it("mirrors with a probability of about 1/2", () => {
    expect(results(flipHorizontally())).toEqual(new Set(["1,2,3,4,5,6", "3,2,1,6,5,4"]));
  });

  it("shifts by every offset and fills with zeros", () => {
    const seen = results(shift(1));
    expect(seen.size).toBe(9);
    for (const expected of ["1,2,3,4,5,6", "0,0,0,0,1,2", "5,6,0,0,0,0", "2,3,0,5,6,0"])
      expect(seen).toContain(expected);
    for (const pixels of [-1, 0.5, Number.NaN, "2"])
      expect(() => shift(pixels as never)).toThrow(ArgumentError);
  });

  it("leaves only zeros of an image that is shifted out of view, and composes", () => {
    expect(results(shift(5))).toContain("0,0,0,0,0,0");
    expect(results(compose(flipHorizontally(), shift(1))).size).toBe(18);
    expect(results(compose())).toEqual(new Set(["1,2,3,4,5,6"]));
    expect(() => compose(shift(1), shift as never, {} as never)).toThrow(/compose: step: found an object/);
  });
});

describe("prefetch", () => {
  it("prepares the next item while one is in use, in order", async () => {
    const log: string[] = [];
    async function* source(): AsyncGenerator<number> {
      for (let item = 0; item < 3; item++) {
        log.push(`made ${item}`);
        yield item;
      }
    }
    for await (const item of prefetch(source())) {
      await new Promise((resolve) => setTimeout(resolve));
      log.push(`used ${item}`);
    }
    expect(log).toEqual(["made 0", "made 1", "used 0", "made 2", "used 1", "used 2"]);
  });

  it("propagates an error in order, and ends the source when the loop is left", async () => {
    let ended = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        yield 2;
        throw new Error("broken");
      } finally {
        ended = true;
      }
    }
    const seen: number[] = [];
    await expect(async () => {
      for await (const item of prefetch(source())) seen.push(item);
    }).rejects.toThrow("broken");
    expect(seen).toEqual([1, 2]);
    ended = false;
    for await (const _ of prefetch(source())) break;
    expect(ended).toBe(true);
    expect(() => prefetch(source(), -1)).toThrow(ArgumentError);
  });

  it("allows leaving the loop while an item is awaited, and then ends the source when the item has arrived", async () => {
    let [send, ended] = [() => {}, false];
    async function* source(): AsyncGenerator<number> {
      try {
        yield 1;
        await new Promise<void>((resolve) => {
          send = resolve;
        });
        yield 2;
      } finally {
        ended = true;
      }
    }
    for await (const _ of prefetch(source(), 3)) break;
    expect(ended).toBe(false);
    send();
    await vi.waitFor(() => expect(ended).toBe(true));
    ended = false;
    const backend = new MemoryBackend({ name: "test", launches: "refuse" });
    for await (const _ of batches(source, { batchSize: 1, backend }).epoch(0)) break;
    expect(ended).toBe(false);
  });
});

describe("synthetic figures", () => {
  it("depends only on seed, part and position", () => {
    const options = { seed: 5, part: "train" } as const;
    const long = syntheticFigures({ ...options, count: 40 });
    const short = syntheticFigures({ ...options, count: 20 });
    expect([...long.images.subarray(0, 20 * 784)]).toEqual([...short.images]);
    expect([...long.labels.subarray(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    const test = syntheticFigures({ ...options, part: "test", count: 20 });
    expect([...test.images]).not.toEqual([...short.images]);
    expect([...syntheticFigures({ ...options, seed: 6, count: 20 }).images]).not.toEqual([...short.images]);
  });

  it("rejects options that are unknown, absent or out of range", () => {
    for (const wrong of [
      { count: -1 },
      { count: 2 ** 22 + 1 },
      { part: "validation" },
      { parts: 1 },
      { count: undefined },
    ]) {
      const options = { count: 2, seed: 1, part: "train", ...wrong };
      expect(() => syntheticFigures(options as never)).toThrow(/syntheticFigures: /);
    }
  });
});

describe.each([0.3, -1, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, "7", null, 1n])(
  "the seed %s",
  (seed) => {
    it("is rejected wherever a seed is given", () => {
      const wrong = seed as never;
      expect(() => syntheticFigures({ count: 2, seed: wrong, part: "train" })).toThrow(ArgumentError);
      expect(() => randomSplit(set, { held: 2, seed: wrong })).toThrow(ArgumentError);
      expect(() => new RandomStream(wrong, 0)).toThrow(ArgumentError);
      expect(() => new RandomStream(0, wrong)).toThrow(ArgumentError);
      expect(() => batches(set, { batchSize: 2, shuffled: true, seed: wrong, dropLast: true })).toThrow(
        ArgumentError,
      );
    });
  },
);

it("without a seed, everything draws from the source that manualSeed restarts", async () => {
  const draw = async () => {
    const figures = syntheticFigures({ count: 20, part: "train" });
    const { held } = randomSplit(set, { held: 2 });
    const shuffled = [0, 1].map(() => batches(figures, { batchSize: 20, shuffled: true }));
    return { images: figures.images, held: held.labels, seeds: shuffled.map(({ seed }) => seed) };
  };
  manualSeed(5);
  const first = await draw();
  expect(new Set(first.seeds).size).toBe(2);
  expect(first.seeds.every(Number.isInteger)).toBe(true);
  const second = await draw();
  expect(second.images).not.toEqual(first.images);
  expect(second.seeds).not.toEqual(first.seeds);
  manualSeed(5);
  expect(await draw()).toEqual(first);
});

it("batches without randomness draw nothing from the default source", () => {
  manualSeed(5);
  expect(batches(set, { batchSize: 2 }).seed).toBeUndefined();
  expect(getRandomSource().state.position).toBe(0);
  expect(batches(set, { batchSize: 2, augment: flipHorizontally() }).seed).toBeTypeOf("number");
  expect(getRandomSource().state.position).toBe(1);
});
