import { cpu } from "@evenkeel/backend-cpu";
import type { Callback } from "@evenkeel/nn";
import {
  BatchNorm1d,
  crossEntropy,
  Dropout,
  evaluate,
  fit,
  Linear,
  MemoryCheckpointStore,
  Module,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { ArgumentError, BackendError, selectBackend, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let backend: Backend;
/** The default backend during the tests; no model is on it. */
let other: Backend;

beforeAll(async () => {
  backend = await cpu({ threads: 1 }).open();
  other = await selectBackend([cpu({ threads: 1 })]);
});

afterAll(async () => {
  setDefaultBackend(undefined);
  await backend.close();
  await other.close();
});

/** Records the mode of each pass. */
class Watched extends Module {
  readonly norm = new BatchNorm1d(8, { backend });
  readonly body = new Sequential(
    new Linear(4, 8, { seed: 1, backend }),
    this.norm,
    new ReLU(),
    new Dropout(0.2, { seed: 3 }),
    new Linear(8, 3, { seed: 2, backend }),
  );
  readonly passes: boolean[] = [];
  forward(x: Tensor): Tensor {
    this.passes.push(this.isTraining);
    return this.body.forward(x);
  }
  override *members() {
    yield ["body", this.body] as [string, Module];
  }
}

const makeBatch = (index: number) => ({
  inputs: { data: Float32Array.from({ length: 64 }, (_, at) => Math.sin(1.7 * at + index)), shape: [16, 4] },
  labels: Int32Array.from({ length: 16 }, (_, at) => (at + index) % 3),
});
const steps = 12;
const data = () => Array.from({ length: steps }, (_, index) => makeBatch(index));
/** Lets the event loop run between batches. */
const slowly = async function* () {
  for (const batch of data()) {
    await new Promise((resolve) => setTimeout(resolve));
    yield batch;
  }
};

const makeOptions = (model: Module) => ({
  data,
  loss: crossEntropy,
  optimizer: new SGD(model, { learningRate: 0.05, momentum: 0.9 }),
  epochs: 1,
});
const readBits = async (model: Module): Promise<object> => Object.fromEntries(await readStateArrays(model));
async function trainedAlone(): Promise<object> {
  const model = new Watched();
  await fit(model, makeOptions(model));
  return readBits(model);
}

describe("a mode set by the user", () => {
  test("on a norm is kept during training and evaluation", async () => {
    const model = new Watched();
    model.norm.eval();
    const before = await model.norm.runningMean!.value.data();
    await fit(model, { ...makeOptions(model), validation: data });
    expect(model.norm.isTraining).toBe(false);
    expect(model.isTraining).toBe(true);
    expect(await model.norm.runningMean!.value.data()).toEqual(before);
    expect(model.norm.numBatchesTracked!.value).toBe(0);
    // Its scale is trained, and `freeze` would prevent that.
    expect([...(await model.norm.scale!.value.data())].some((value) => value !== 1)).toBe(true);
  });

  test("on a model is restored afterwards, and does not affect training", async () => {
    const model = new Watched();
    model.eval();
    await fit(model, { ...makeOptions(model), validation: data });
    expect(model.passes.slice(0, steps)).toEqual(new Array(steps).fill(true));
    expect(model.passes.slice(steps)).toEqual(new Array(steps).fill(false));
    expect([...model.namedModules()].map(([, { isTraining }]) => isTraining)).not.toContain(true);
    expect(await readBits(model)).toEqual(await trainedAlone());
  });

  test("is visible to callbacks", async () => {
    const model = new Watched();
    const seen = new Set<boolean>();
    const callbacks: Callback[] = [{ onBatch: () => void seen.add(model.eval().isTraining) }];
    await fit(model, { ...makeOptions(model), callbacks });
    expect(seen).toEqual(new Set([false]));
    expect(model.isTraining).toBe(false);
    expect(new Set(model.passes)).toEqual(new Set([true]));
  });

  test("that freezes a norm within evaluation keeps its statistics", async () => {
    const model = new Watched().eval();
    model.norm.train();
    const before = await readBits(model);
    await evaluate(model, { data, loss: crossEntropy });
    expect(await readBits(model)).toEqual(before);
  });
});

describe("two runs at a time", () => {
  test("an evaluation that is not awaited does not affect the training", async () => {
    const model = new Watched();
    let looking: Promise<{ loss: number }> | undefined;
    const onBatch = () => {
      looking ??= evaluate(model, { data: slowly, loss: crossEntropy });
    };
    await fit(model, { ...makeOptions(model), data: slowly, readEvery: 1, callbacks: [{ onBatch }] });
    expect((await looking!).loss).toBeGreaterThan(0);
    expect(model.norm.numBatchesTracked!.value).toBe(steps);
    expect(model.passes.filter((isTraining) => isTraining)).toHaveLength(steps);
    expect(await readBits(model)).toEqual(await trainedAlone());
  });

  test("over one model, one optimizer or one parameter are rejected, but not one after the other", async () => {
    const model = new Watched();
    const options = { ...makeOptions(model), data: slowly };
    const first = fit(model, options);
    await expect(fit(model, options)).rejects.toThrow(
      "fit: model: another fit is training it; wait for it, or stop it",
    );
    const around = new Sequential(model.body);
    await expect(fit(around, makeOptions(around))).rejects.toThrow(/^fit: model: part of it: another fit/);
    await first;
    expect((await fit(model, { ...options, epochs: 1 })).batches).toHaveLength(steps);
    await fit(around, makeOptions(around));
  });

  test("that share a norm are rejected, unless it is unchanged in both", async () => {
    const norm = new BatchNorm1d(3, { affine: false, backend });
    const [one, other] = [1, 2].map((seed) => new Sequential(new Linear(4, 3, { seed, backend }), norm)) as [
      Sequential,
      Sequential,
    ];
    const both = () =>
      Promise.allSettled([one, other].map((model) => fit(model, { ...makeOptions(model), data: slowly })));
    const [first, second] = await both();
    expect(first!.status).toBe("fulfilled");
    expect(String((second as PromiseRejectedResult).reason)).toMatch(/model: part of it: another fit is/);
    norm.eval();
    expect((await both()).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    one.eval();
    one.train();
    norm.freeze();
    expect((await both()).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });
});

describe("the backend of the model", () => {
  test("receives host arrays, in training, validation and evaluation", async () => {
    const model = new Watched();
    const { live } = other.memory();
    const { epochs } = await fit(model, { ...makeOptions(model), validation: data });
    expect(epochs[0]!.validation!.loss).toBeGreaterThan(0);
    await evaluate(model, { data, loss: crossEntropy });
    expect(other.memory().live).toBe(live);
  });

  test("is passed to sources that create tensors, and a tensor of another backend is rejected", async () => {
    const model = new Watched();
    const onBackend = (_epoch: number, where?: Backend) =>
      data().map(({ inputs, labels }) => ({
        inputs: tensor(inputs.data, { shape: inputs.shape, backend: where }),
        labels: tensor(labels, { backend: where }),
      }));
    await fit(model, { ...makeOptions(model), data: onBackend });
    const run = fit(model, { ...makeOptions(model), data: () => onBackend(0) });
    await expect(run).rejects.toThrow(BackendError);
    await expect(run).rejects.toThrow(
      /^fit: epoch 0, batch 0 \(step 0\): batch: inputs: found a tensor on cpu \d+ \(/,
    );
  });
});

test("tensors of a batch that the model does not use are freed", async () => {
  const model = new Watched();
  const { live } = backend.memory();
  const more = () => data().map((batch) => ({ ...batch, weights: [tensor([1], { backend })] }));
  const optimizer = new SGD(model, { learningRate: 0 });
  await fit(model, { ...makeOptions(model), optimizer, data: more, validation: more });
  optimizer.dispose();
  expect(backend.memory().live).toBe(live);
});

describe("stop() at the last step of an epoch", () => {
  test.each([1, 16])("keeps its record, validation and checkpoint (read every %i)", async (readEvery) => {
    const model = new Watched();
    const store = new MemoryCheckpointStore();
    const seen: number[] = [];
    const history = await fit(model, {
      ...makeOptions(model),
      epochs: 3,
      readEvery,
      validation: data,
      checkpoint: { store },
      callbacks: [
        { onBatch: ({ batch }, control) => (batch === steps - 1 ? control.stop() : undefined) },
        { onEpoch: ({ epoch }) => void seen.push(epoch) },
      ],
    });
    expect(history.epochs).toMatchObject([{ epoch: 0, steps, validation: { examples: 16 * steps } }]);
    expect(seen).toEqual([0]);
    expect(await store.list()).toEqual(["latest"]);
  });

  test("in the middle of an epoch does not complete the epoch", async () => {
    const model = new Watched();
    const callbacks: Callback[] = [{ onBatch: (_record, control) => control.stop() }];
    const history = await fit(model, { ...makeOptions(model), readEvery: 1, callbacks });
    expect(history.epochs).toEqual([]);
  });
});

test("a checkpoint does not grow with the epochs, and a resumed history equals that of one run", async () => {
  const model = new Watched();
  const store = new MemoryCheckpointStore();
  const bytes: number[] = [];
  const options = { ...makeOptions(model), checkpoint: { store } };
  const onEpoch = async () => void bytes.push((await store.load("latest"))?.length ?? 0);
  await fit(model, { ...options, epochs: 20, callbacks: [{ onEpoch }] });
  // One record of an epoch, and longer numbers.
  const growth = bytes.slice(2).map((length, index) => length - bytes[index + 1]!);
  expect(Math.max(...growth)).toBeLessThan(300);
  const resumed = await fit(model, { ...options, epochs: 21, resumed: true });
  expect(resumed.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 21 }, (_, epoch) => epoch));
  expect(resumed.batches).toHaveLength(steps);
  expect(resumed.batches[0]).toMatchObject({ epoch: 20, batch: 0, step: 20 * steps });
});

describe("a run that ended in the same program", () => {
  const failing = (at: number) => {
    let calls = 0;
    return (logits: Tensor, labels: Tensor): Tensor => {
      if (calls++ === at) throw new RangeError("mine");
      return crossEntropy(logits, labels);
    };
  };

  test.each([0, 5, steps - 1])(
    "by an error in step %i goes on from memory, with the same bits",
    async (at) => {
      const model = new Watched();
      const options = { ...makeOptions(model), schedule: (step: number) => 0.05 / (step + 1) };
      const whole = new Watched();
      const wholeHistory = await fit(whole, { ...makeOptions(whole), schedule: options.schedule });
      const run = fit(model, { ...options, loss: failing(at) });
      await expect(run).rejects.toThrow(RangeError);
      const history = await fit(model, { ...options, resumed: true });
      expect(history.batches).toEqual(wholeHistory.batches);
      expect(history.epochs[0]!.loss).toBe(wholeHistory.epochs[0]!.loss);
      expect(await readBits(model)).toEqual(await readBits(whole));
    },
  );

  test("is not resumed if it left nothing to resume", async () => {
    const model = new Watched();
    await expect(fit(model, { ...makeOptions(model), resumed: true })).rejects.toThrow(ArgumentError);
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  test("is not delayed by the data, and the run can be resumed", async () => {
    const model = new Watched();
    const controller = new AbortController();
    const stuck = async function* () {
      yield* data().slice(0, 5);
      controller.abort(reason);
      await new Promise(() => undefined);
    };
    const options = { ...makeOptions(model), signal: controller.signal, data: stuck };
    await expect(fit(model, options)).rejects.toBe(reason);
    const history = await fit(model, { ...options, data, signal: undefined, resumed: true });
    expect(history.batches).toHaveLength(steps);
    expect(await readBits(model)).toEqual(await trainedAlone());
  });

  test("ends a validation, which a resumed run repeats", async () => {
    const model = new Watched();
    const store = new MemoryCheckpointStore();
    const controller = new AbortController();
    const stuck = async function* () {
      yield* data().slice(0, 5);
      controller.abort(reason);
      await new Promise(() => undefined);
    };
    const options = { ...makeOptions(model), checkpoint: { store } };
    const run = fit(model, { ...options, validation: stuck, signal: controller.signal });
    await expect(run).rejects.toBe(reason);
    const fresh = new Watched();
    const again = { ...makeOptions(fresh), checkpoint: { store }, resumed: true, validation: data };
    const { epochs } = await fit(fresh, again);
    expect(epochs).toMatchObject([
      { epoch: 0, steps, examples: 16 * steps, validation: { examples: 16 * steps } },
    ]);
    expect(await readBits(fresh)).toEqual(await trainedAlone());
  });

  test("ends a waiting evaluation, and frees tensors that arrive later", async () => {
    const model = new Watched();
    const { live } = backend.memory();
    const controller = new AbortController();
    const stuck = async function* () {
      yield makeBatch(0);
      controller.abort(reason);
      await new Promise((resolve) => setTimeout(resolve, 5));
      yield makeBatch(1);
    };
    const pass = evaluate(model, { data: stuck, loss: crossEntropy, signal: controller.signal });
    await expect(pass).rejects.toBe(reason);
    await backend.idle();
    expect(backend.memory().live).toBe(live);
  });
});
