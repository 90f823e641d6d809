import { createHash } from "node:crypto";
import { ArgumentError, manualSeed, ShapeError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExampleAugmentation } from "../../src/index.ts";
import {
  augmentExamples,
  batches,
  centerCrop,
  colorJitter,
  compose,
  concatDatasets,
  cutout,
  mapDataset,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  randomResizedCrop,
  stackDatasets,
  subset,
  syntheticFigures,
  trivialAugment,
} from "../../src/index.ts";
import { drawBeta } from "../../src/random/beta.ts";
import {
  computeCosine,
  computeExponential,
  computeLogarithm,
  computeSine,
} from "../../src/random/exact-math.ts";
import { RandomStream } from "../../src/random/random-stream.ts";
import { read } from "../read-batches.ts";

const makeExample = (index: number) => ({
  image: {
    data: Uint8Array.from({ length: 3 * 8 * 8 }, (_, pixel) => pixel * 7 + index * 31),
    shape: [3, 8, 8] as const,
  },
  labels: index,
});
const examples = Array.from({ length: 10 }, (_, index) => makeExample(index));
const augment = compose(randomHorizontalFlip(), randomCrop(8, { padding: 2 }));

describe("augmented examples", () => {
  it("depend on the seed, the epoch and the index alone", async () => {
    const dataset = augmentExamples(examples, augment, { seed: 1 });
    const later = await dataset.get(7, 3);
    expect(await augmentExamples(examples, augment, { seed: 1 }).get(7, 3)).toEqual(later);
    expect(later.labels).toBe(7);
    const others = [
      dataset.get(7, 2),
      dataset.get(7),
      augmentExamples(examples, augment, { seed: 2 }).get(7, 3),
    ];
    for (const other of others) expect((await other).image.data).not.toEqual(later.image.data);
    expect(dataset.length).toBe(10);
  });

  it("differ from epoch to epoch also behind functions of datasets", async () => {
    const dataset = augmentExamples(examples, augment, { seed: 1 });
    const expected = await dataset.get(7, 3);
    const chosen = subset(dataset, [2, 7]);
    expect(await chosen.get(1, 3)).toEqual(expected);
    expect(await concatDatasets([examples, dataset]).get(17, 3)).toEqual(expected);
    expect(await stackDatasets({ photo: dataset }).get(7, 3)).toEqual({ photo: expected });
    expect(await mapDataset(dataset, (example) => example).get(7, 3)).toEqual(expected);
    expect(await augmentExamples(chosen, randomHorizontalFlip(0), { seed: 9 }).get(1, 3)).toEqual(expected);
  });

  it("are normalized by statistics", async () => {
    const statistics = { mean: [0, 0.5, 1], deviation: [1, 0.5, 0] };
    const { inputs, labels } = await augmentExamples(examples, centerCrop(8), { statistics }).get(0);
    const normalized = (channel: number, index: number) => {
      const value = examples[0]!.image.data[channel * 64 + index]! / 255 - statistics.mean[channel]!;
      return Math.fround(value / (statistics.deviation[channel]! || 1));
    };
    for (const channel of [0, 1, 2]) expect(inputs.data[channel * 64 + 5]).toBe(normalized(channel, 5));
    expect([inputs.shape, labels]).toEqual([[3, 8, 8], 0]);
    const gray = { mean: [0], deviation: [1] };
    await expect(async () => augmentExamples(examples, augment, { statistics: gray }).get(0)).rejects.toThrow(
      /statistics: mean: found \[0\], expected an array of 3/,
    );
  });

  it("draw their seed from the source that manualSeed restarts", async () => {
    const draw = async () => (await augmentExamples(examples, augment).get(4)).image.data;
    manualSeed(3);
    const first = await draw();
    expect(await draw()).not.toEqual(first);
    manualSeed(3);
    expect(await draw()).toEqual(first);
  });

  it("reject wrong arguments", () => {
    expect(() => augmentExamples(examples, (() => {}) as never)).toThrow(ArgumentError);
    expect(() => augmentExamples(3 as never, augment)).toThrow(/examples: found 3, expected a dataset/);
    for (const wrong of [{ seed: -1 }, { statistics: { mean: [0], deviation: [] } }, { epoch: 1 }]) {
      expect(() => augmentExamples(examples, augment, wrong as never)).toThrow(ArgumentError);
    }
  });
});

describe("batches", () => {
  beforeEach(() => setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" })));
  afterEach(() => setDefaultBackend(undefined));

  it("of augmented examples differ from epoch to epoch", async () => {
    const dataset = augmentExamples(examples, augment, { seed: 1 });
    const divided = batches(dataset, { batchSize: 5, dtypes: { labels: "i32" } });
    const first = await read(divided, 0);
    const image = expect.stringContaining("u8 [5, 3, 8, 8]: ");
    expect(first).toEqual([
      { image, labels: "i32 [5]: 0 1 2 3 4" },
      { image, labels: "i32 [5]: 5 6 7 8 9" },
    ]);
    expect(await read(divided, 1)).not.toEqual(first);
    expect(await read(divided, 0)).toEqual(first);
  });

  it("of an image set are augmented by augmentations of examples", async () => {
    const figures = syntheticFigures({ count: 20, seed: 1, part: "train" });
    const options = { batchSize: 20, shuffled: true, seed: 4 };
    const plain = await read(batches(figures, options));
    const augmented = await read(batches(figures, { ...options, augment: cutout(9) }));
    expect(augmented).not.toEqual(plain);
    expect(await read(batches(figures, { ...options, augment: cutout(9) }))).toEqual(augmented);
    const smaller = batches(figures, { ...options, augment: centerCrop(20) });
    await expect(read(smaller)).rejects.toThrow(ShapeError);
    await expect(read(smaller)).rejects.toThrow(
      "batches: augment: found an image of the shape [1, 20, 20], expected [1, 28, 28] as in the set",
    );
  });
});

describe("the same bits everywhere", () => {
  /** Digests of the results in Node 24 (V8) for 20 streams, which every engine must reproduce. */
  it.each<[string, ExampleAugmentation, string]>([
    [
      "affine maps",
      randomAffine({ degrees: 40, scale: [0.7, 1.3], shear: 20, translate: [0.2, 0.2] }),
      "3ce804d516b49c12",
    ],
    ["resized crops", randomResizedCrop(11), "24cc327ba566fb41"],
    [
      "colours",
      colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.3 }),
      "bcf6b123f3cd82ef",
    ],
    ["erasing", randomErasing(0.8, { fill: "random" }), "f3ec07489caa3aeb"],
    ["randAugment", randAugment({ magnitude: 15 }), "e3d86e5a89f2e3d7"],
    ["trivialAugment", trivialAugment(), "2329c472d4c5a133"],
  ])("%s", (_, augmentation, expected) => {
    const digest = createHash("sha256");
    for (let stream = 0; stream < 20; stream++) {
      digest.update(augmentation.apply(makeExample(stream), new RandomStream(5, stream)).image.data);
    }
    expect(digest.digest("hex").slice(0, 16)).toBe(expected);
  });

  it("functions of numbers are as exact as those of Math", () => {
    for (let x = -720; x <= 720; x += 7.3) {
      expect(computeSine(x)).toBeCloseTo(Math.sin((x * Math.PI) / 180), 13);
      expect(computeCosine(x)).toBeCloseTo(Math.cos((x * Math.PI) / 180), 13);
      const power = computeExponential(x / 20);
      expect(Math.abs(power / Math.exp(x / 20) - 1)).toBeLessThan(1e-13);
      expect(computeLogarithm(power)).toBeCloseTo(x / 20, 12);
    }
    expect([180, 90, 0].map((angle) => Math.abs(computeSine(angle)))).toEqual([0, 1, 0]);
    expect([-180, 90, 0].map((angle) => computeCosine(angle) + 0)).toEqual([-1, 0, 1]);
  });

  it("shares of mixtures have the beta distribution", () => {
    for (const alpha of [0.2, 1, 3]) {
      const random = new RandomStream(1, alpha * 10);
      const draws = Array.from({ length: 4000 }, () => drawBeta(alpha, random));
      const mean = draws.reduce((sum, share) => sum + share, 0) / draws.length;
      const variance = draws.reduce((sum, share) => sum + (share - mean) ** 2, 0) / draws.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
      expect(Math.abs(variance * 4 * (2 * alpha + 1) - 1)).toBeLessThan(0.06);
    }
  });
});
