import { MemoryLogStore } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { cast, setDefaultBackend, tensor, zeros } from "@evenkeel/tensor";
import { SummaryWriter } from "@evenkeel/tensorboard";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";
import { noise } from "../nn/synthetic.ts";
import { listValues, protobufTitle, readEvents, skipWithoutProtobuf } from "./read-events.ts";

interface FoundHistogram {
  readonly min: number;
  readonly max: number;
  readonly num: number;
  readonly sum: number;
  readonly sum_squares: number;
  readonly bucket_limit: readonly number[];
  readonly bucket: readonly number[];
}

/** The histograms of tensors, which are read together; undefined where none is written. */
async function readHistograms(tensors: readonly Tensor[]): Promise<(FoundHistogram | undefined)[]> {
  const store = new MemoryLogStore();
  const writer = new SummaryWriter({ store });
  await Promise.all(tensors.map((values, index) => writer.addHistogram(String(index), values, 0)));
  await writer.close();
  const events = (await readEvents(store)).get("")!;
  const zero = { min: 0, max: 0, num: 0, sum: 0, sum_squares: 0 };
  return tensors.map((_, index) => {
    const [found] = listValues(events, String(index));
    return found && ({ ...zero, ...found[1].histo } as unknown as FoundHistogram);
  });
}

/** Compares with float64; a value as close to the end of a bucket as f32 rounds may be on either side. */
function checkHistogram(found: FoundHistogram, all: readonly number[]): void {
  const values = all.filter(Number.isFinite);
  const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  expect({ min: found.min, max: found.max, num: found.num }).toEqual({ min, max, num: values.length });
  const sum = values.reduce((a, b) => a + b, 0);
  const sumOfSquares = values.reduce((a, b) => a + b * b, 0);
  const magnitude = values.reduce((a, b) => a + Math.abs(b), 0);
  expect(Math.abs(found.sum - sum)).toBeLessThanOrEqual(1e-5 * magnitude);
  // Where f32 has the squares.
  if (sumOfSquares > 1e-30 && sumOfSquares < 1e38) expect(found.sum_squares / sumOfSquares).toBeCloseTo(1, 4);
  const slack = 1e-5 * (max / 2 - min / 2);
  let below = 0;
  found.bucket.forEach((count, bucket) => {
    below += count;
    const limit = found.bucket_limit[bucket]!;
    expect(below).toBeGreaterThanOrEqual(values.filter((value) => value < limit - slack).length);
    if (bucket < 29)
      expect(below).toBeLessThanOrEqual(values.filter((value) => value <= limit + slack).length);
  });
  expect(below).toBe(values.length);
}

const { NaN: nan } = Number;

describe.skipIf(skipWithoutProtobuf)(protobufTitle, () => {
  onEachBackend((backend) => {
    beforeEach(() => setDefaultBackend(backend()));
    afterEach(() => setDefaultBackend(undefined));

    test("have the numbers of tensors of any size", async () => {
      const arrays = [1, 31, 32, 33, 1000, 40_000].map((length) => noise(length, 1, length));
      const found = await readHistograms(arrays.map((values) => tensor(values)));
      for (const [index, values] of arrays.entries()) checkHistogram(found[index]!, [...values]);
    });

    test.each([
      ["one value", [3, 3, 3]],
      ["zeros", [0, 0]],
      ["tiny ones", [1e-30, -1e-30, 5e-31]],
      ["huge ones, whose range has no f32", [3e38, -3e38, 0, 1e38]],
      ["some that are not finite", [nan, 1, Infinity, 2, -Infinity, 3, nan]],
    ])("have the numbers of %s", async (_, values) => {
      const [found] = await readHistograms([tensor(values)]);
      checkHistogram(
        found!,
        values.map((value) => Math.fround(value)),
      );
    });

    test("are of any dtype and shape, and absent where nothing counts", async () => {
      const integers = tensor(
        [
          [1, 2, 3],
          [4, 5, 31],
        ],
        { dtype: "i32" },
      );
      const hasHalves = backend().limits.storage.f16 !== undefined;
      const halves = cast(tensor([0.5, 0.25, -2]), hasHalves ? "f16" : "f32");
      const truths = tensor([true, false, true]);
      const found = await readHistograms([integers, halves, truths, zeros([0]), tensor([nan, Infinity])]);
      checkHistogram(found[0]!, [1, 2, 3, 4, 5, 31]);
      checkHistogram(found[1]!, [0.5, 0.25, -2]);
      checkHistogram(found[2]!, [1, 0, 1]);
      expect(found.slice(3)).toEqual([undefined, undefined]);
    });
  });
});
