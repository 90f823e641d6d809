import { ArgumentError, DataError, ShapeError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../src/index.ts";
import {
  cacheDataset,
  concatDatasets,
  kFold,
  mapDataset,
  randomSplit,
  stackDatasets,
  subset,
  toDataset,
} from "../src/index.ts";
import { count, images } from "./read-batches.ts";

const readAll = <Example>(dataset: Dataset<Example>): Promise<Example[]> =>
  Promise.all(count(dataset.length).map(async (index) => dataset.get(index)));

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

describe("toDataset", () => {
  it("reads columns, images, arrays of examples and datasets", async () => {
    const columns = {
      points: [
        [1, 2],
        [3, 4],
      ],
      labels: Uint8Array.of(7, 8),
    };
    expect(await readAll(toDataset(columns))).toEqual([
      {
        points: { data: Float64Array.of(1, 2), shape: [2], dtype: undefined },
        labels: { data: Uint8Array.of(7), shape: [], dtype: undefined },
      },
      {
        points: { data: Float64Array.of(3, 4), shape: [2], dtype: undefined },
        labels: { data: Uint8Array.of(8), shape: [], dtype: undefined },
      },
    ]);
    const ofImages = toDataset(images);
    expect(ofImages.length).toBe(5);
    expect(await ofImages.get(2)).toEqual({
      inputs: { data: Uint8Array.of(8, 9, 10, 11), shape: [2, 1, 2] },
      labels: { data: Int32Array.of(999), shape: [] },
    });
    expect(await readAll(toDataset(["a", "b"]))).toEqual(["a", "b"]);
    const own = { length: 1, get: () => "own" };
    expect(toDataset(own)).toBe(own);
  });

  it("rejects what is not a set", () => {
    expect(() => toDataset(5 as never)).toThrow(ArgumentError);
    expect(() => toDataset({ a: [1], b: [1, 2] })).toThrow(ShapeError);
    expect(() => toDataset({ ...images, labels: Int32Array.of(1) })).toThrow(DataError);
    expect(() => toDataset({ length: -1, get: () => 1 })).toThrow("toDataset: length: found -1");
  });
});

describe("combined datasets", () => {
  it("select, join, stack and change examples", async () => {
    const letters = [..."abcde"];
    expect(await readAll(subset(letters, Int32Array.of(4, 0, 4)))).toEqual(["e", "a", "e"]);
    const joined = concatDatasets([["x"], [], { length: 2, get: async (index) => `${index}` }, letters]);
    expect(await readAll(joined)).toEqual(["x", "0", "1", ...letters]);
    expect(await readAll(concatDatasets([]))).toEqual([]);
    const stacked = stackDatasets({
      upper: mapDataset(letters, (letter) => letter.toUpperCase()),
      place: count(5),
    });
    expect(await stacked.get(3)).toEqual({ upper: "D", place: 3 });
    const changed = mapDataset(letters, async (letter, index) => letter.repeat(index));
    expect(await readAll(changed)).toEqual(["", "b", "cc", "ddd", "eeee"]);
  });

  it.each([
    [() => subset(["a"], [1]), "subset: positions: found 1, expected integers from 0 to 0"],
    [() => subset(["a"], [0.5]), "subset: positions: found [0.5]"],
    [() => subset({ a: [1] } as never, [0]), "subset: found an object, expected a dataset"],
    [() => concatDatasets(["ab"] as never), 'concatDatasets: part 0: found "ab"'],
    [() => stackDatasets({ a: [1], b: [1, 2] }), "stackDatasets: b: found 2 examples, expected 1 as in a"],
    [() => stackDatasets({}), "stackDatasets: parts: found an object"],
    [() => mapDataset(["a"], 5 as never), "mapDataset: change: found 5"],
  ])("%o is rejected", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("a cache", () => {
  const makeSource = () => {
    const reads: number[] = [];
    const get = async (index: number) => {
      reads.push(index);
      if (reads.length === 1) throw new Error("the first time fails");
      return { values: new Float32Array(25).fill(index) };
    };
    return { reads, dataset: { length: 10, get } };
  };

  it("reads an example once, also for readers at the same time, and again after a failure", async () => {
    const { reads, dataset } = makeSource();
    const cached = cacheDataset(dataset);
    await expect(cached.get(0)).rejects.toThrow("the first time fails");
    const [one, other] = await Promise.all([cached.get(0), cached.get(0)]);
    expect(one).toBe(other);
    expect(await cached.get(0)).toBe(one);
    expect(reads).toEqual([0, 0]);
  });

  it("keeps no more than fits, and what it keeps for good", async () => {
    const { reads, dataset } = makeSource();
    await Promise.resolve(dataset.get(0)).catch(() => undefined);
    // An example is 100 bytes of values and two objects of about 16.
    const cached = cacheDataset(dataset, { maxBytes: 3 * 132 + 100 });
    for (let epoch = 0; epoch < 3; epoch++) for (const index of count(10)) await cached.get(index);
    expect(reads.length).toBe(1 + 10 + 7 + 7);
    expect(() => cacheDataset(dataset, { maxBytes: -1 })).toThrow(ArgumentError);
  });
});

describe("splits", () => {
  const labels = count(100).map((index) => (index < 60 ? "a" : index < 90 ? "b" : "c"));
  const countClasses = (positions: readonly number[]) =>
    ["a", "b", "c"].map((name) => positions.filter((position) => labels[position] === name).length);

  it("hold out a number or a share of the examples, at random or by class", async () => {
    for (const held of [20, 0.2]) {
      const split = randomSplit(count(100), { held, seed: 1 });
      const [rest, out] = [await readAll(split.rest), await readAll(split.held)];
      expect(out.length).toBe(20);
      expect(ascending([...rest, ...out])).toEqual(count(100));
      expect(out).not.toEqual(ascending(out));
      const again = randomSplit(count(100), { held, seed: 1 });
      expect(await readAll(again.held)).toEqual(out);
      const byClass = randomSplit(count(100), { held, seed: 1, stratify: labels });
      expect(countClasses(await readAll(byClass.held))).toEqual([12, 6, 2]);
      expect(countClasses(await readAll(byClass.rest))).toEqual([48, 24, 8]);
      expect((await readAll(byClass.held)).slice(0, 12).every((position) => labels[position] === "a")).toBe(
        false,
      );
    }
    const uneven = countClasses(
      await readAll(randomSplit(count(100), { held: 7, seed: 3, stratify: labels }).held),
    );
    [4.2, 2.1, 0.7].forEach((share, index) => {
      expect(Math.abs(uneven[index]! - share)).toBeLessThan(1);
    });
    expect(uneven.reduce((sum, found) => sum + found)).toBe(7);
  });

  it("keep sets of images what they are", () => {
    const split = randomSplit(images, { held: 2, seed: 1, stratify: images.labels });
    expect(split.held).toMatchObject({ name: "ramp (held out)", imageShape: [2, 1, 2] });
    expect(
      kFold(images, { folds: 5, seed: 1 }).map(({ rest, held }) => [rest.labels.length, held.name]),
    ).toEqual(count(5).map((fold) => [4, `ramp (fold ${fold})`]));
  });

  it("hold out every example once in folds of equal sizes and classes", async () => {
    for (const options of [
      { seed: 1 },
      { seed: 1, stratify: labels },
      { shuffled: false, stratify: labels },
    ]) {
      const folds = kFold(count(100), { folds: 7, ...options });
      const held = await Promise.all(folds.map((fold) => readAll(fold.held)));
      expect(ascending(held.flat())).toEqual(count(100));
      for (const [index, fold] of folds.entries()) {
        expect(ascending([...(await readAll(fold.rest)), ...held[index]!])).toEqual(count(100));
        expect([14, 15]).toContain(held[index]!.length);
        if (!("stratify" in options)) continue;
        countClasses(held[index]!).forEach((found, index) => {
          expect(Math.abs(found - [60, 30, 10][index]! / 7)).toBeLessThan(1);
        });
      }
    }
    const [first] = kFold(count(10), { shuffled: false });
    expect(await readAll(first!.held)).toEqual([0, 5]);
    expect(await readAll(kFold(count(10), { seed: 2 })[0]!.held)).not.toEqual([0, 5]);
  });

  it.each([
    [() => kFold([1, 2, 3]), "kFold: folds: found 5, expected an integer from 2 to 3"],
    [() => kFold([1, 2, 3], { folds: 1 }), "kFold: folds: found 1"],
    [() => kFold([1, 2, 3], { folds: 2, stratify: [1] }), "stratify: found 1 labels, expected 3"],
    [() => kFold([1, 2, 3], { n_splits: 2 } as never), 'found the option "n_splits"'],
    [() => randomSplit([1, 2, 3], { held: 1.5 }), "held: found 1.5"],
    [() => randomSplit([1, 2, 3], { held: -0.5 }), "held: found -0.5"],
    [() => randomSplit([1, 2, 3], { held: 1, stratify: "abc" as never }), 'stratify: found "abc"'],
    [() => randomSplit(5 as never, { held: 1 }), "randomSplit: found 5, expected a dataset"],
  ])("%o is rejected", (make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});
