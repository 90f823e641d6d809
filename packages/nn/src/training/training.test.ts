import type { Tensor } from "@evenkeel/tensor";
import { setDefaultBackend, tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ExpressionBackend } from "../../test/expression-backend.ts";
import { batchesOf, disposeBatch, loadBatch } from "./batch.ts";
import { averageOf, namedValues } from "./history.ts";
import { Stopwatch } from "./stopwatch.ts";

let backend: ExpressionBackend;

beforeAll(() => {
  backend = new ExpressionBackend();
  setDefaultBackend(backend);
});
afterAll(() => setDefaultBackend(undefined));

describe("batches", () => {
  test("arrays in host memory go to the device, whatever the structure", async () => {
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
    const before = backend.buffers;
    const batch = { inputs: tensor([[1], [2], [3]]), labels: tensor([1, 2, 3]) };
    expect(loadBatch<Tensor, Tensor>(batch)).toEqual({ ...batch, examples: 3 });
    disposeBatch(batch);
    expect(backend.buffers).toBe(before);
  });

  test("anything else is refused", () => {
    expect(() => loadBatch({ inputs: "text", labels: tensor(1) } as never)).toThrow(/found text/);
    expect(() => loadBatch({ inputs: [], labels: [] } as never)).toThrow(/found no tensor/);
  });

  test("sources are functions of the epoch, or objects that have one", () => {
    const source = (epoch: number) => [{ inputs: Float32Array.of(epoch), labels: Int32Array.of(0) }];
    expect([...(batchesOf(source, 2) as Iterable<unknown>)]).toEqual(source(2));
    expect([...(batchesOf({ epoch: source }, 3) as Iterable<unknown>)]).toEqual(source(3));
  });
});

test("averages are weighted by examples", () => {
  const batches = [
    { loss: 1, metrics: { accuracy: 0.5 }, examples: 30 },
    { loss: 4, metrics: { accuracy: 1 }, examples: 10 },
  ];
  expect(averageOf(batches, ["accuracy"])).toEqual({
    loss: 1.75,
    metrics: { accuracy: 0.625 },
    examples: 40,
  });
  expect(averageOf([], []).loss).toBeNaN();
});

test("a row is the loss and the metrics in order", () => {
  expect(namedValues([1, 2, 3], ["a", "b"])).toEqual({ loss: 1, metrics: { a: 2, b: 3 } });
  expect(() => namedValues([1, 2, 3], ["a"])).toThrow(/found 2 numbers, expected one for each of: a/);
});

test("a stopwatch stands still while it is paused", async () => {
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
