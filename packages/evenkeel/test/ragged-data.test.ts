import { cpu } from "@evenkeel/backend-cpu";
import { batches, bucketByLength, padCollate } from "@evenkeel/datasets";
import { crossEntropy, fit, Linear, MaskedBatchNorm, MemoryCheckpointStore, Module, SGD } from "@evenkeel/nn";
import { type Backend, reshape, selectBackend, sum, type Tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 1 })]);
});
afterAll(() => backend.close());

interface Padded {
  readonly values: Tensor;
  readonly mask: Tensor;
  readonly lengths: Tensor;
}

/** Classifies sequences of different lengths by their sum. */
class Summing extends Module<[Padded], Tensor> {
  readonly norm: MaskedBatchNorm = new MaskedBatchNorm(1);
  readonly head: Linear = new Linear(1, 2, { seed: 1 });

  forward({ values, mask }: Padded): Tensor {
    const [count, length] = values.shape as [number, number];
    const normalized = this.norm.forward(
      reshape(values, [count, 1, length]),
      reshape(mask, [count, 1, length]),
    );
    return this.head.forward(sum(normalized, { axis: 2 }));
  }
}

const lengths = Array.from({ length: 60 }, (_, index) => 1 + ((index * 7) % 11));

/** Batches of similar lengths, and the examples that have been read for them. */
function makeData() {
  const read: number[] = [];
  const dataset = {
    length: lengths.length,
    get: async (index: number) => {
      read.push(index);
      const inputs = Float32Array.from({ length: lengths[index]! }, (_, place) => ((index + place) % 5) - 2);
      return { inputs, labels: Int32Array.of(index % 2) };
    },
  };
  const batchSampler = bucketByLength(lengths, { batchSize: 6, buckets: 3, seed: 4 });
  const collate = {
    inputs: padCollate({ multipleOf: 4 }),
    labels: (labels: readonly Int32Array[]) => Int32Array.from(labels, ([label]) => label!),
  };
  return { read, data: batches(dataset, { batchSampler, collate }) };
}

const readBits = async (model: Module<[Padded], Tensor>): Promise<unknown[]> =>
  Promise.all([...model.parameters()].map(async ({ value }) => [...(await value.data())]));

function train(model: Summing, data: ReturnType<typeof makeData>["data"], options: object = {}) {
  const optimizer = new SGD(model, { learningRate: 0.05, momentum: 0.9 });
  return fit(model, { data, loss: crossEntropy, optimizer, epochs: 2, ...options });
}

test("a run on padded batches of similar lengths resumes in the middle of an epoch, and reads the rest only", async () => {
  const model = new Summing();
  const whole = makeData();
  const history = await train(model, whole.data);
  expect(whole.data.batchesPerEpoch).toBe(history.batches.length);
  expect(whole.read.length).toBe(2 * lengths.length);

  const store = new MemoryCheckpointStore();
  const controller = new AbortController();
  const interrupted = train(new Summing(), makeData().data, {
    checkpoint: { store },
    signal: controller.signal,
    probe: { every: 14, run: () => controller.abort(new Error("enough")) },
  });
  await expect(interrupted).rejects.toThrow("enough");

  const [resumed, rest] = [new Summing(), makeData()];
  const continued = await train(resumed, rest.data, { checkpoint: { store }, resumed: true });
  expect(await readBits(resumed)).toEqual(await readBits(model));
  expect(continued.batches.map(({ loss }) => loss)).toEqual(history.batches.map(({ loss }) => loss));
  expect(new Set(rest.read).size).toBe(rest.read.length);
  expect(rest.read.length).toBeLessThan(lengths.length);
  expect(whole.read.slice(-rest.read.length)).toEqual(rest.read);
});
