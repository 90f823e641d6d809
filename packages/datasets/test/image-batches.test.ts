import { ArgumentError, DataError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batches, computeChannelStatistics, flipHorizontally, syntheticFigures } from "../src/index.ts";
import { images, read } from "./read-batches.ts";

beforeEach(() => {
  setDefaultBackend(new MemoryBackend({ name: "first", launches: "refuse" }));
});

afterEach(() => {
  setDefaultBackend(undefined);
});

describe("batches of images", () => {
  it("are normalized, with labels of many classes", async () => {
    const statistics = { mean: [0, 0.5], deviation: [0.5, 0] };
    const [first] = await read(batches(images, { batchSize: 2, statistics }));
    const values = [0, 1, 2, 3, 4, 5, 6, 7].map((byte) =>
      Math.fround(byte % 4 < 2 ? byte / 255 / 0.5 : byte / 255 - 0.5),
    );
    expect(first).toEqual({ inputs: `f32 [2, 2, 1, 2]: ${values.join(" ")}`, labels: "i32 [2]: 0 1" });
    expect((await read(batches(images, { batchSize: 5 })))[0]).toMatchObject({
      labels: "i32 [5]: 0 1 999 1 0",
    });
  });

  it("are augmented depending on seed and epoch", async () => {
    const figures = syntheticFigures({ count: 20, seed: 1, part: "train" });
    const options = { batchSize: 20, shuffled: true, seed: 4, augment: flipHorizontally() };
    const [a, b, other] = [
      await read(batches(figures, options)),
      await read(batches(figures, options)),
      await read(batches(figures, { ...options, augment: undefined })),
    ];
    expect(a).toEqual(b);
    expect(a).not.toEqual(other);
  });

  it("are rejected when they are created if a label has no class", () => {
    for (const [labels, found] of [
      [Int32Array.of(0, 1, 1000, 5000, 0), "label 2: found 1000, expected 0 to 999"],
      [Int32Array.of(0, 1, 2, 3, -1), "label 4: found -1, expected 0 to 999"],
    ] as const) {
      const make = () => batches({ ...images, labels }, { batchSize: 2 });
      expect(make).toThrow(DataError);
      expect(make).toThrow(`ramp: ${found}`);
    }
    expect(() => batches({ ...images, labels: [0, 1, 0, 1, 0] as never }, { batchSize: 2 })).toThrow(
      /image set: labels: found \[0, 1, 0, 1, 0\], expected Uint8Array or Int32Array/,
    );
    expect(() => computeChannelStatistics({ ...images, imageShape: [2, 2] as never })).toThrow(ArgumentError);
  });
});
