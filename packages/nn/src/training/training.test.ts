import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, ShapeError, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { DataSource } from "./batches/batch.ts";
import { disposeBatch, loadBatch } from "./batches/batch.ts";
import { BatchStream } from "./batches/batch-stream.ts";
import { Totals } from "./measurements/totals.ts";
import { Stopwatch } from "./run/stopwatch.ts";

let backend: MemoryBackend;

beforeAll(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
});
afterAll(() => setDefaultBackend(undefined));

describe("batches", () => {
  test("arrays in host memory are uploaded, whatever the structure", async () => {
    const loaded = loadBatch<{ left: object; right: object[] }, object>({
      inputs: {
        left: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
        right: [Int32Array.of(1, 2)],
      },
      labels: { data: Uint8Array.of(1, 0), shape: [2, 1], dtype: "bool" },
    } as never);
    expect(loaded).toMatchObject({
      inputs: { left: { shape: [2, 2], dtype: "f32" }, right: [{ shape: [2], dtype: "i32" }] },
      labels: { shape: [2, 1], dtype: "bool" },
      examples: 2,
    });
  });

  test("tensors are used as they are and disposed with the batch", () => {
    const before = backend.buffersAlive;
    const batch = { inputs: tensor([[1], [2], [3]]), labels: tensor([1, 2, 3]) };
    expect(loadBatch<Tensor, Tensor>(batch)).toEqual({ ...batch, examples: 3 });
    disposeBatch(batch);
    expect(backend.buffersAlive).toBe(before);
  });

  test("anything else is rejected", () => {
    expect(() => loadBatch({ inputs: "text", labels: tensor(1) } as never)).toThrow(
      'batch: inputs: found "text"',
    );
    const inputs = { left: [tensor(1), "text"] };
    expect(() => loadBatch({ inputs, labels: tensor(1) } as never)).toThrow('inputs.left.1: found "text"');
    expect(() => loadBatch({ inputs: tensor(1), labels: undefined } as never)).toThrow(
      "batch: labels: found undefined",
    );
    expect(() => loadBatch({ inputs: [], labels: [] } as never)).toThrow(/found no tensor/);
  });

  test("of any class are freed completely", () => {
    const before = backend.buffersAlive;
    class Own {
      inputs = tensor([[1]]);
      labels = tensor([1]);
      weights = [{ unused: tensor([1]) }];
    }
    disposeBatch(new Own());
    expect(backend.buffersAlive).toBe(before);
  });
});

describe("a stream of batches", () => {
  const options = { backend: undefined, signal: undefined };
  const batch = (value: number) => ({ inputs: Float32Array.of(value), labels: Int32Array.of(0) });
  const all = async (source: DataSource, epoch = 0): Promise<unknown[]> => {
    const stream = new BatchStream(source, epoch, options);
    const found: unknown[] = [];
    for (let next = await stream.next(); next !== undefined; next = await stream.next()) found.push(next);
    return found;
  };

  test("comes from a function of the epoch, or from an object with such a method", async () => {
    const source = (epoch: number) => [batch(epoch), batch(1)];
    expect(await all(source, 2)).toEqual(source(2));
    expect(await all({ epoch: source }, 3)).toEqual(source(3));
    const later = async function* (epoch: number) {
      yield batch(epoch);
    };
    expect(await all(later, 4)).toEqual([batch(4)]);
  });

  test("begins where a resumed run goes on, if its source can begin there and is long enough", async () => {
    const starts: number[] = [];
    const source = {
      batchesPerEpoch: 3,
      epoch: (epoch: number) => [0, 1, 2].map((index) => batch(10 * epoch + index)),
      epochFrom: (first: number, epoch: number) => {
        starts.push(first);
        return source.epoch(epoch).slice(first);
      },
    };
    const begin = async (data: DataSource, first: number) => {
      const stream = new BatchStream(data, 1, { ...options, first });
      await stream.skip(first);
      return { next: await stream.next(), taken: stream.taken, isAtEnd: await stream.isAtEnd() };
    };
    expect(await begin(source, 2)).toEqual({ next: batch(12), taken: 3, isAtEnd: true });
    expect(await begin(source, 1)).toEqual({ next: batch(11), taken: 2, isAtEnd: false });
    expect(starts).toEqual([2, 1]);
    expect(await begin({ epoch: source.epoch }, 1)).toMatchObject({ next: batch(11), taken: 2 });
    expect(await begin(source, 0)).toMatchObject({ next: batch(10), taken: 1 });
    expect(await begin(source, 4)).toMatchObject({ next: undefined, taken: 3 });
    expect(starts).toEqual([2, 1]);
  });

  test.each<[string, unknown]>([
    ["undefined for epoch 0", () => undefined],
    ["a string", () => "batches"],
    ["3 as batch 1 of epoch 0, expected { inputs, labels }", () => [batch(0), 3]],
    ["an object as batch 0 of epoch 0", () => [{ images: [] }]],
  ])("says what is wrong: %s", async (words, source) => {
    await expect(all(source as never)).rejects.toThrow(ArgumentError);
    if (words !== "a string") await expect(all(source as never)).rejects.toThrow(words);
  });

  test("lets its source clean up when it ends early", async () => {
    let isClean = false;
    const stream = new BatchStream(
      function* () {
        try {
          yield batch(0);
          yield batch(1);
        } finally {
          isClean = true;
        }
      },
      0,
      options,
    );
    await stream.next();
    expect(isClean).toBe(false);
    await stream.close();
    expect(isClean).toBe(true);
  });

  test("is not awaited after an abort, and a batch that arrives later is freed", async () => {
    const before = backend.buffersAlive;
    const controller = new AbortController();
    let give = (): void => undefined;
    const source = async function* () {
      await new Promise<void>((resolve) => {
        give = resolve;
      });
      yield { inputs: tensor([[1]]), labels: tensor([1]) };
    };
    const stream = new BatchStream<Tensor, Tensor>(source, 0, { ...options, signal: controller.signal });
    const next = stream.next();
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
    await stream.close();
    give();
    await vi.waitFor(() => expect(backend.buffersAlive).toBe(before));
  });
});

describe("totals of a pass", () => {
  const totals = (metrics = {}) => new Totals({ loss: () => tensor(0), metrics });
  const mean = (weight: number) => ({ kind: "known mean", at: 0, weight }) as const;
  const divided = { kind: "divided mean", at: 0, weightAt: 1 } as const;

  test("weight each batch by the divisor of its mean", () => {
    const sums = totals();
    expect(sums.add([mean(30)], [1], 30)).toMatchObject({ loss: 1, weight: 30 });
    sums.add([mean(10)], [4], 10);
    expect(sums.evaluate()).toEqual({ loss: 1.75, metrics: {}, examples: 40 });
  });

  test("leave out a batch in which nothing counts", () => {
    const sums = totals();
    sums.add([divided], [1.5, 2], 4);
    const alone = sums.add([divided], [Number.NaN, 0], 4);
    expect(alone).toMatchObject({ loss: Number.NaN, weight: 0 });
    expect(sums.evaluate()).toMatchObject({ loss: 1.5, examples: 8 });
    const nothing = totals();
    nothing.add([divided], [Number.NaN, 0], 4);
    expect(nothing.evaluate().loss).toBeNaN();
  });

  test("add sums, and the counts of metrics of the whole pass", () => {
    const share = { counts: () => tensor(0), of: ([a, b]: readonly number[]) => a! / (a! + b!) };
    const sums = totals({ share });
    const readings = [
      { kind: "sum", at: 0 },
      { kind: "counts", at: 1, length: 2 },
    ] as const;
    expect(sums.add(readings, [3, 1, 1], 2)).toMatchObject({ loss: 3, metrics: { share: 0.5 } });
    sums.add(readings, [4, 5, 1], 2);
    expect(sums.evaluate()).toEqual({ loss: 7, metrics: { share: 0.75 }, examples: 4 });
  });

  test("reject counts of a different length than before", () => {
    const sums = totals({ share: { counts: () => tensor(0), of: () => 0 } });
    const counts = (length: number) => [mean(1), { kind: "counts", at: 1, length } as const];
    sums.add(counts(3), [1, 1, 2, 3], 1);
    expect(() => sums.add(counts(1), [5, 10], 1)).toThrow(
      new ShapeError("metrics.share: counts: found 1, expected 3 as in the batches before"),
    );
    expect(sums.evaluate()).toMatchObject({ loss: 1, examples: 1 });
  });

  test("continue from a saved state, which does not change", () => {
    const [first, second] = [totals(), totals()];
    first.add([mean(3)], [1 / 3], 3);
    const { state } = first;
    const saved = JSON.stringify(state);
    second.state = state;
    for (const sums of [first, second]) sums.add([mean(7)], [0.1], 7);
    expect(second.evaluate()).toEqual(first.evaluate());
    expect(JSON.stringify(state)).toBe(saved);
  });
});

test("a stopwatch does not run while it is paused", async () => {
  const watch = new Stopwatch();
  watch.restart(1000);
  const [before, after] = await watch.pauseFor(async () => {
    const first = watch.milliseconds;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return [first, watch.milliseconds];
  });
  expect(after).toBe(before);
  expect(watch.milliseconds).toBeGreaterThanOrEqual(before!);
});
