import { ArgumentError, type Backend, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { batches, flipHorizontally } from "../src/index.ts";
import { count, images, read } from "./read-batches.ts";

beforeEach(() => {
  setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
});

afterEach(() => {
  vi.restoreAllMocks();
  setDefaultBackend(undefined);
});

describe("options", () => {
  const arrays = { inputs: Float32Array.from(count(6)) };

  it.each([
    [{}],
    [{ batchSize: 0 }],
    [{ batchSize: 2.5 }],
    [{ batchSize: "2" }],
    [{ batchSize: 2, shuffle: true }],
    [{ batchSize: 2, shuffled: true, seed: 0.5 }],
    [{ batchSize: 2, shuffled: true, seed: -1 }],
    [{ batchSize: 2, shuffled: true, seed: 2 ** 32 }],
    [{ batchSize: 2, shuffled: true, seed: Number.NaN }],
    [{ batchSize: 2, dropLast: 1 }],
    [{ batchSize: 2, backend: "cpu" }],
    [{ batchSize: 2, onWarning: "no" }],
    [null],
  ])("%o are rejected for every kind of source", (options) => {
    for (const source of [images, arrays, [1, 2], { length: 2, get: () => 1 }]) {
      expect(() => batches(source as object, options as never)).toThrow(ArgumentError);
    }
  });

  it.each([
    [{ mean: [0], deviation: [1] }],
    [{ mean: [0, 0], deviation: [1, -1] }],
    [{ mean: [0, Number.NaN], deviation: [1, 1] }],
    [{ mean: [0, 0] }],
    [{ mean: [0, 0], deviation: [1, Number.POSITIVE_INFINITY] }],
    ["mnist"],
  ])("the statistics %o are rejected", (statistics) => {
    expect(() => batches(images, { batchSize: 2, statistics: statistics as never })).toThrow(
      /batches: statistics: (mean|deviation): found/,
    );
  });

  it("depend on the kind of source", () => {
    const wrong = [
      [arrays, { batchSize: 2, augment: flipHorizontally() }, "augment"],
      [images, { batchSize: 2, dtypes: { labels: "u8" } }, "dtypes"],
      [images, { batchSize: 2, augment: "flip" }, "augment"],
      [() => [1], { batchSize: 2, shuffled: true, seed: 1 }, "shuffled"],
      [arrays, { batchSize: 2, dtypes: { inputs: "f64" } }, "dtypes"],
      [arrays, { batchSize: 2, seed: 1 }, "seed: found a seed without `shuffled: true`"],
      [images, { batchSize: 2, seed: 1 }, "seed: found a seed without `shuffled: true`"],
    ] as const;
    for (const [source, options, name] of wrong) {
      const make = () => batches(source as object, options as never);
      expect(make).toThrow(ArgumentError);
      expect(make).toThrow(name);
    }
  });

  it("count as absent if they are undefined", async () => {
    const absent = {
      shuffled: undefined,
      seed: undefined,
      dropLast: undefined,
      backend: undefined,
      onWarning: undefined,
    };
    const options = { batchSize: 4, ...absent };
    expect(await read(batches(arrays, options))).toEqual(await read(batches(arrays, { batchSize: 4 })));
    const plain = await read(batches(images, { batchSize: 4 }));
    expect(await read(batches(images, { ...options, statistics: undefined, augment: undefined }))).toEqual(
      plain,
    );
  });

  it("of an epoch are checked when the epoch begins", () => {
    for (const epoch of [-1, 0.5, Number.NaN, 2 ** 24]) {
      for (const source of [batches(arrays, { batchSize: 2 }), batches(() => [1], { batchSize: 2 })]) {
        expect(() => source.epoch(epoch)).toThrow(
          /batches: epoch: found .*, expected an integer in \[0, 16777216\)/,
        );
      }
    }
  });

  it("determine the backend of the tensors: the given one, that of the epoch, or the default", async () => {
    const [own, ofModel] = [
      new MemoryBackend({ name: "own", launches: "refuse" }),
      new MemoryBackend({ name: "model", launches: "refuse" }),
    ];
    const findBackend = async (options: { backend?: Backend }, ofEpoch?: Backend) => {
      for await (const { inputs } of batches(arrays, { batchSize: 6, ...options }).epoch(0, ofEpoch)) {
        return inputs.storage.backend.name;
      }
    };
    expect(await findBackend({ backend: own }, ofModel)).toBe("own");
    expect(await findBackend({}, ofModel)).toBe("model");
    expect(await findBackend({})).toBe("first");
  });
});

describe("warnings", () => {
  const collectWarnings = (length: number, options: { batchSize: number; dropLast?: boolean }): string[] => {
    const warnings: string[] = [];
    batches(
      { inputs: new Float32Array(length) },
      { ...options, onWarning: (message) => warnings.push(message) },
    );
    return warnings;
  };

  it("report a last batch of one example once, when the batches are created", () => {
    expect(collectWarnings(65, { batchSize: 32 })).toEqual([
      "batches: the last batch of an epoch has one example (65 in batches of 32): evaluation can use it, batch norm cannot train on it. dropLast: true leaves it out",
    ]);
  });

  it("report an epoch without batches", () => {
    expect(collectWarnings(9, { batchSize: 10, dropLast: true })).toEqual([
      "batches: dropLast leaves nothing of 9 examples, which do not fill one batch of 10",
    ]);
  });

  it("are not issued if nothing is wrong", () => {
    for (const [length, options] of [
      [65, { batchSize: 32, dropLast: true }],
      [65, { batchSize: 1 }],
      [64, { batchSize: 32 }],
      [66, { batchSize: 32 }],
      [1, { batchSize: 32 }],
      [0, { batchSize: 32 }],
      [0, { batchSize: 32, dropLast: true }],
    ] as const) {
      expect(collectWarnings(length, options)).toEqual([]);
    }
  });

  it("go to the console if there is no callback", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    batches(images, { batchSize: 2 });
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls[0]?.[0]).toMatch(/dropLast/);
  });
});
