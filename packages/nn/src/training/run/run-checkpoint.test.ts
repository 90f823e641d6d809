import {
  DataError,
  full,
  manualSeed,
  RandomSource,
  StorageError,
  setDefaultBackend,
  type Tensor,
  uniform,
} from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeCheckpoint, encodeCheckpoint } from "../../checkpoints/checkpoint-file.ts";
import { MemoryCheckpointStore } from "../../checkpoints/checkpoint-store.ts";
import { Module } from "../../module/module.ts";
import { StateDictError } from "../../module/state-dict-error.ts";
import { Parameter } from "../../module/variable.ts";
import { Adam, AdamW } from "../../optimizers/adam.ts";
import type { Optimizer } from "../../optimizers/optimizer.ts";
import { RMSprop } from "../../optimizers/rmsprop.ts";
import { SGD } from "../../optimizers/sgd.ts";
import { fit } from "../fit.ts";
import type { CheckpointOptions } from "../fit-options.ts";
import { restoreRun } from "./run-checkpoint.ts";
import type { RunParts, RunState } from "./run-progress.ts";
import { SavedRuns } from "./saved-runs.ts";

class Scale extends Module {
  factor: Parameter;
  random: RandomSource = new RandomSource(3);

  constructor(value = 1, size = 2) {
    super();
    this.factor = new Parameter(full([size], value));
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const state = {
  history: { epochs: [], batches: [] },
  position: { epoch: 1, batch: 2, step: 5 },
  totals: { sums: [[1.5, 2]], examples: 2 },
  milliseconds: 12,
};
const own = (model: Scale) => new Adam(model, { learningRate: 0.01, weightDecay: 0.1 });

const data = () => [];

const saveRun = (
  options: CheckpointOptions,
  { model, optimizer, metrics, data, ...state }: RunParts & RunState,
): Promise<void> => new SavedRuns(options, { model, optimizer, metrics, data }).save(state);

let store: MemoryCheckpointStore;

beforeEach(async () => {
  setDefaultBackend(new MemoryBackend({ launches: "evaluate" }));
  store = new MemoryCheckpointStore();
  const model = new Scale(7);
  await saveRun({ store }, { model, optimizer: own(model), data, ...state });
});

afterEach(() => setDefaultBackend(undefined));

/** Resumes with a new model, which must not change when that fails. */
async function resume(
  make: (model: Scale) => Optimizer = own,
  { epochs = 3, ...options }: { run?: string; epochs?: number } = {},
) {
  const model = new Scale();
  const optimizer = make(model);
  try {
    const restored = await restoreRun({ store, ...options }, { model, optimizer, data, epochs });
    expect([...(await model.factor.value.data())]).toEqual([7, 7]);
    return restored;
  } catch (error) {
    expect([...(await model.factor.value.data())]).toEqual([1, 1]);
    throw error;
  }
}

test("a run continues where it was saved", async () => {
  expect(await resume()).toMatchObject(state);
  await store.remove("latest");
  const model = new Scale();
  expect(await restoreRun({ store }, { model, optimizer: own(model), data, epochs: 3 })).toBeUndefined();
});

test("a parameter with two names is stored once, and resumed", async () => {
  class Tied extends Module {
    embedding: Scale = new Scale(7);
    head: Scale = this.embedding;

    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const [model, other] = [new Tied(), new Tied()];
  other.embedding.factor.value = full([2], 0);
  const optimizer = new SGD(model, { learningRate: 0.1 });
  await saveRun({ store }, { model, optimizer, data, ...state });
  const { tensors } = decodeCheckpoint((await store.load("latest"))!);
  expect([...tensors.keys()].filter((name) => name.startsWith("model."))).toEqual(["model.embedding.factor"]);
  await restoreRun(
    { store },
    { model: other, optimizer: new SGD(other, { learningRate: 0.1 }), data, epochs: 3 },
  );
  expect([...(await other.head.factor.value.data())]).toEqual([7, 7]);
});

describe("a checkpoint of another run is rejected before anything changes:", () => {
  test.each<[string, (model: Scale) => Optimizer, string]>([
    [
      "decay",
      (model) => new Adam(model, { learningRate: 0.01 }),
      "groups.factor.weightDecay: found 0.1, expected 0",
    ],
    [
      "beta",
      (model) => new Adam(model, { learningRate: 0.01, weightDecay: 0.1, betas: [0.8, 0.999] }),
      "optimizer.beta1: found 0.9, expected 0.8",
    ],
    [
      "epsilon",
      (model) => new Adam(model, { learningRate: 0.01, weightDecay: 0.1, epsilon: 1e-6 }),
      "optimizer.epsilon: found 1e-8, expected 0.000001",
    ],
    [
      "norm",
      (model) => new Adam(model, { learningRate: 0.01, weightDecay: 0.1, maxGradientNorm: 1 }),
      "optimizer.maxGradientNorm: found null, expected 1",
    ],
    [
      "AdamW",
      (model) => new AdamW(model, { learningRate: 0.01, weightDecay: 0.1 }),
      'rule: found "Adam", expected "AdamW"',
    ],
    [
      "SGD",
      (model) => new SGD(model, { learningRate: 0.01 }),
      'optimizer.rule: found "Adam", expected "SGD"',
    ],
    [
      "RMSprop",
      (model) => new RMSprop(model, { learningRate: 0.01 }),
      'rule: found "Adam", expected "RMSprop"',
    ],
  ])("%s", async (_, make, message) => {
    await expect(resume(make)).rejects.toThrow(DataError);
    await expect(resume(make)).rejects.toThrow(
      'the checkpoint "latest" cannot be resumed: it belongs to another run:\n',
    );
    await expect(resume(make)).rejects.toThrow(message);
  });

  test("metrics", async () => {
    const metrics = { error: () => full([], 0), score: () => full([], 0) };
    const model = new Scale(7);
    await saveRun({ store }, { model, optimizer: own(model), data, metrics, ...state });
    await expect(resume()).rejects.toThrow('metrics: found ["error", "score"], expected []');
    const { error, score } = metrics;
    const swapped = restoreRun(
      { store },
      { model, optimizer: own(model), data, metrics: { score, error }, epochs: 3 },
    );
    await expect(swapped).rejects.toThrow(DataError);
    const same = restoreRun({ store }, { model, optimizer: own(model), data, metrics, epochs: 3 });
    expect(await same).toMatchObject(state);
  });

  test("name", async () => {
    await expect(resume(own, { run: "seed 2" })).rejects.toThrow('run: found null, expected "seed 2"');
    const model = new Scale(7);
    await saveRun({ store, run: "seed 2" }, { model, optimizer: own(model), data, ...state });
    await expect(resume()).rejects.toThrow('run: found "seed 2", expected null');
    expect(await resume(own, { run: "seed 2" })).toMatchObject(state);
  });

  test("seed of the data", async () => {
    const model = new Scale(7);
    const shuffled = (seed: number) => ({ seed, epoch: () => [] });
    await saveRun({ store }, { model, optimizer: own(model), data: shuffled(5), ...state });
    await expect(resume()).rejects.toThrow("data.seed: found 5, expected null");
    const resumed = (seed: number) =>
      restoreRun({ store }, { model, optimizer: own(model), data: shuffled(seed), epochs: 3 });
    await expect(resumed(6)).rejects.toThrow("data.seed: found 5, expected 6");
    expect(await resumed(5)).toMatchObject(state);
  });

  test("model", async () => {
    const model = new Scale(1, 3);
    const run = restoreRun({ store }, { model, optimizer: own(model), data, epochs: 3 });
    await expect(run).rejects.toThrow(StateDictError);
    await expect(run).rejects.toThrow('the checkpoint "latest" does not fit the model.');
  });
});

test("draws without a seed continue where the run was saved", async () => {
  const model = new Scale(7);
  manualSeed(8);
  uniform([2]);
  await saveRun({ store }, { model, optimizer: own(model), data, ...state });
  const expected = await uniform([2]).data();
  manualSeed(9);
  await resume();
  expect(await uniform([2]).data()).toEqual(expected);
});

test("every checkpoint says what it was made with, and by which seeds", async () => {
  const { progress } = decodeCheckpoint((await store.load("latest"))!);
  expect(progress).toMatchObject({
    environment: {
      evenkeel: "source",
      backend: expect.stringMatching(/^memory \(/),
      platform: expect.stringMatching(/^Node \d+/),
    },
    settings: { data: { seed: null } },
    defaultSource: { seed: expect.any(Number), position: expect.any(Number) },
    random: { random: { seed: 3, position: 0 } },
  });
});

test("an optimizer that is created with another learning rate keeps it", async () => {
  const saved = new Scale(7);
  const before = own(saved);
  before.learningRate = 0.003;
  await saveRun({ store }, { model: saved, optimizer: before, data, ...state });
  const rateAfter = async (learningRate: number) => {
    const model = new Scale();
    const optimizer = new Adam(model, { learningRate, weightDecay: 0.1 });
    await restoreRun({ store }, { model, optimizer, data, epochs: 3 });
    return optimizer.learningRate;
  };
  expect(await rateAfter(0.01)).toBe(0.003);
  expect(await rateAfter(0.001)).toBe(0.001);
});

test("names may look like numbers, and a history may contain NaN", async () => {
  for (const run of ["Infinity", "NaN", '{"not finite":"NaN"}']) {
    const [model, other] = [new Scale(7), new Scale()];
    const totals = { sums: [[Number.NaN, Number.NEGATIVE_INFINITY]], examples: 2 };
    await saveRun({ store, run }, { model, optimizer: own(model), data, ...state, totals });
    const restored = await restoreRun(
      { store, run },
      { model: other, optimizer: own(other), data, epochs: 3 },
    );
    expect(restored).toMatchObject({ totals });
  }
});

test("a run of more epochs than requested is rejected, and one of as many is complete", async () => {
  await expect(resume(own, { epochs: 1 })).rejects.toThrow(
    "found a run in epoch 2, expected at most 1 epochs",
  );
  expect(await resume(own, { epochs: 2 })).toMatchObject(state);
});

test("no run overwrites the checkpoint of a run with another name", async () => {
  const model = new Scale(7);
  const start = (run: string | undefined) =>
    fit(model, {
      optimizer: own(model),
      loss: () => full([], 0),
      data: () => [],
      epochs: 0,
      checkpoint: { store, run },
    });
  // A checkpoint without a name, with the same name, or that cannot be read may be overwritten.
  await start("seed 2");
  await saveRun({ store, run: "seed 1" }, { model, optimizer: own(model), data, ...state });
  await start("seed 1");
  await expect(start(undefined)).rejects.toThrow("expected one of a run without a name or none");
  await expect(start("seed 2")).rejects.toThrow(
    'checkpoint: found "latest" of the run "seed 1", expected one of "seed 2" or none',
  );
  await store.save("latest", Uint8Array.of(1, 2, 3));
  await start("seed 2");
});

test("anything but the progress of a run is rejected", async () => {
  const { tensors, progress } = decodeCheckpoint((await store.load("latest"))!);
  const tryWith = async (other: unknown) => {
    await store.save("latest", encodeCheckpoint({ tensors, progress: other }));
    await expect(resume()).rejects.toThrow(DataError);
  };
  for (const name of [
    "position",
    "history",
    "totals",
    "settings",
    "random",
    "learningRate",
    "milliseconds",
  ]) {
    for (const value of [undefined, null, "x", -1, []])
      await tryWith({ ...(progress as object), [name]: value });
  }
  for (const source of [undefined, 3, {}, { seed: -1, position: 0 }, { seed: 1, position: 0.5 }])
    await tryWith({ ...(progress as object), random: { random: source } });
  await tryWith({ ...(progress as object), position: { epoch: 0.5, batch: 0, step: 0 } });
  await fc.assert(fc.asyncProperty(fc.jsonValue(), tryWith), { numRuns: 50 });
});

test("a name that is not a valid file name is rejected before the first step", async () => {
  const model = new Scale();
  const data = () => expect.unreachable();
  const options = { data, optimizer: own(model), loss: () => full([], 0), epochs: 1 };
  const loads = vi.spyOn(store, "load");
  const run = fit(model, { ...options, checkpoint: { store, name: "runs/latest" } });
  await expect(run).rejects.toThrow('found the name "runs/latest"');
  // A user's own store need not check names.
  expect(loads).not.toHaveBeenCalled();
});

test("a run claims its checkpoint until it ends, however it ends", async () => {
  const claims: string[] = [];
  class Claimed extends MemoryCheckpointStore {
    async claim(name: string) {
      if (claims.length > 0) throw new StorageError(`${name}: in use`);
      claims.push(name);
      return async () => {
        claims.pop();
      };
    }
  }
  const model = new Scale();
  const checkpoint = { store: new Claimed(), name: "mine" };
  const options = { optimizer: own(model), loss: () => full([], 0), checkpoint };
  const other = new Scale();
  const nested = () => fit(other, { ...options, optimizer: own(other), data: () => [], epochs: 0 });
  const whileItRuns = async () => {
    await expect(nested()).rejects.toThrow("mine: in use");
    // Refused because the model is in training, not because of the claim of the folder.
    const again = fit(model, { ...options, data: () => [], epochs: 0 });
    await expect(again).rejects.toThrow("fit: model: another fit is training it");
    return { done: true, value: undefined } as const;
  };
  const data = () => {
    expect(claims).toEqual(["mine"]);
    return { [Symbol.asyncIterator]: () => ({ next: whileItRuns }) };
  };
  await expect(fit(model, { ...options, data, epochs: 1 })).rejects.toThrow(/found no batches/);
  expect(claims).toEqual([]);
  await nested();
  expect(claims).toEqual([]);
});
