import { valueAndGrad } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import {
  Adam,
  accuracy,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  fit,
  Linear,
  MemoryCheckpointStore,
  ReLU,
  readStateArrays,
  Sequential,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  DeviceError,
  EvenkeelError,
  OutOfMemoryError,
  setDefaultBackend,
  tensor,
  wholeStep,
} from "@evenkeel/tensor";

import type { Fallible } from "@evenkeel/tensor/testing";
import { FailingBackend } from "@evenkeel/tensor/testing";

import { afterEach, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "../webgpu/support.ts";

let backend: FailingBackend | undefined;
async function close(): Promise<void> {
  setDefaultBackend(undefined);
  await backend?.close();
  backend = undefined;
}
afterEach(close);

function use(inner: Backend): FailingBackend {
  backend = new FailingBackend(inner);
  setDefaultBackend(backend);
  return backend;
}

/** Everything that a step changes: weights in two arenas, statistics, slots, random sources. */
function makeRun(learningRate = 0.01) {
  const model = new Sequential(
    new Conv2d(1, 2, 3, { padding: 1, seed: 1 }),
    new BatchNorm2d(2),
    new ReLU(),
    new Flatten(),
    new Dropout(0.3, { seed: 2 }),
    new Linear(32, 4, { seed: 3 }),
    new BatchNorm1d(4),
    new ReLU(),
    new Linear(4, 3, { seed: 4 }),
  );
  return { model, optimizer: new Adam(model, { learningRate, maxGradientNorm: 1, weightDecay: 1e-3 }) };
}

type TrainingRun = ReturnType<typeof makeRun>;

const makeBatch = (step: number, images = 4) => ({
  inputs: {
    data: Float32Array.from({ length: 16 * images }, (_, index) => Math.sin(step + index)),
    shape: [images, 1, 4, 4],
  },
  labels: Int32Array.from({ length: images }, (_, index) => (step + index) % 3),
});

/** One step of a custom training loop. */
function trainStep({ model, optimizer }: TrainingRun, step: number, images = 4): void {
  const lossAndGradients = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
  wholeStep(() => {
    const { inputs, labels } = makeBatch(step, images);
    const [, gradients] = lossAndGradients(tensor(inputs.data, { shape: inputs.shape }), tensor(labels));
    optimizer.step(gradients);
  });
}

async function readState({ model, optimizer }: TrainingRun) {
  const [values, slots] = await Promise.all([readStateArrays(model), optimizer.readStateArrays()]);
  const random = [...model.namedRandomSources()].map(([path, { state }]) => [path, state] as const);
  return { values, slots, random };
}

type State = Awaited<ReturnType<typeof readState>>;

function restore({ model, optimizer }: TrainingRun, { values, slots, random }: State): void {
  model.loadStateDict(values);
  optimizer.loadState(slots);
  const sources = new Map(model.namedRandomSources());
  for (const [path, state] of random) sources.get(path)!.state = state;
}

/**
 * Lets every `stride`-th call of a kind fail in the second step of a run, and looks at its state each time. Returns how many
 * calls failed, and how many steps the optimizer said were half done.
 */
async function failEverywhere(failing: FailingBackend, kind: Fallible, stride: number) {
  const [run, untouched] = [makeRun(), makeRun()];
  for (const each of [run, untouched]) trainStep(each, 0);
  const before = await readState(run);
  trainStep(untouched, 1);
  const after = await readState(untouched);
  const { live } = failing.memory();
  let [failures, halves] = [0, 0];
  for (let calls = 0; ; calls += stride) {
    failing.failAfter(calls, kind);
    let error: unknown;
    try {
      trainStep(run, 1);
    } catch (thrown) {
      error = thrown;
    }
    if (!failing.stopFailing()) break;
    failures++;
    expect(error).toBeInstanceOf(EvenkeelError);
    // Fewer bytes are allowed: unreachable tensors of an earlier run are freed once they are garbage-collected.
    expect(failing.memory().live).toBeLessThanOrEqual(live);
    if (String(error).includes("halfway")) {
      halves++;
      await expect(run.optimizer.readStateArrays()).rejects.toEqual(error);
      expect(() => trainStep(run, 1)).toThrow(DeviceError);
      restore(run, before);
    }
    expect(await readState(run)).toEqual(before);
  }
  expect(await readState(run)).toEqual(after);
  return { failures, halves };
}

const failingStep =
  "a step in which an allocation, a launch or a write fails leaves the state of the step before";

describeOn("cpu", failingStep, () => {
  test("on the CPU, wherever it fails", async () => {
    const failing = use(await cpu({ threads: 1 }).open());
    const allocations = await failEverywhere(failing, "allocate", 1);
    expect(allocations).toEqual({ failures: expect.any(Number), halves: 0 });
    expect(allocations.failures).toBeGreaterThan(30);
    const launches = await failEverywhere(failing, "launch", 1);
    expect(launches.failures).toBeGreaterThan(30);
    // The update of the second arena, after that of the first.
    expect(launches.halves).toBe(1);
    expect(await failEverywhere(failing, "write", 1)).toEqual({ failures: 2, halves: 0 });
  });
});

describeOn("webgpu", failingStep, () => {
  test("on WebGPU, at every ninth call", async () => {
    const failing = use(await openWebgpu());
    const allocations = await failEverywhere(failing, "allocate", 9);
    expect(allocations).toEqual({ failures: expect.any(Number), halves: 0 });
    expect(allocations.failures).toBeGreaterThan(3);
    expect((await failEverywhere(failing, "launch", 9)).failures).toBeGreaterThan(3);
  });
});

describeOn("cpu", "on a device of any memory size", () => {
  /** How often each part of a run changed. */
  async function readCounts({ model, optimizer }: TrainingRun): Promise<number[]> {
    const { values, slots, random } = await readState({ model, optimizer });
    return [
      ...["1.num_batches_tracked", "6.num_batches_tracked"].map((name) => values.get(name)!.data[0]!),
      ...[...slots].filter(([name]) => name.endsWith(".steps")).map(([, { data }]) => data[0]!),
      ...random.map(([, { position }]) => position),
    ];
  }

  test("a step that does not fit leaves all parts at the same step", async () => {
    const reached = new Set<number>();
    for (let kilobytes = 240; kilobytes < 720; kilobytes += 12) {
      use(await cpu({ threads: 1, maxMemoryBytes: kilobytes * 1024 }).open());
      const run = makeRun();
      let steps = 0;
      try {
        // Each step takes more memory than the one before.
        for (; steps < 4; steps++) trainStep(run, steps, 8 << (2 * steps));
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
      }
      const counts = await readCounts(run);
      expect(counts).toEqual(counts.map(() => steps));
      reached.add(steps);
      await close();
    }
    expect(reached.size).toBeGreaterThan(2);
  });
});

describeOn("cpu", "a run of fit that fails", () => {
  const makeOptions = ({ optimizer }: TrainingRun, store: MemoryCheckpointStore) => ({
    data: (epoch: number) => [0, 1, 2].map((step) => makeBatch(3 * epoch + step)),
    loss: crossEntropy,
    optimizer,
    epochs: 2,
    readEvery: 2,
    checkpoint: { store },
    resumed: true,
  });

  const train = (run: TrainingRun, store = new MemoryCheckpointStore()) =>
    fit(run.model, makeOptions(run, store));

  async function trainWhole(): Promise<State> {
    const run = makeRun();
    await train(run);
    return readState(run);
  }

  test("for lack of memory has saved the previous steps, and resumes with the same bits", async () => {
    const failing = use(await cpu({ threads: 1 }).open());
    const expected = await trainWhole();
    for (let calls = 0; ; calls += 23) {
      const [run, store] = [makeRun(), new MemoryCheckpointStore()];
      failing.failAfter(calls, "allocate");
      let error: unknown;
      await train(run, store).catch((reason) => {
        error = reason;
      });
      if (!failing.stopFailing()) break;
      expect(error).toBeInstanceOf(OutOfMemoryError);
      // In the same memory, as the failed run left it.
      await train(run, store);
      expect(await readState(run)).toEqual(expected);
    }
  });

  test("for lack of memory while reading losses has complete steps, and resumes from them", async () => {
    const failing = use(await cpu({ threads: 1 }).open());
    const [whole, run] = [makeRun(), makeRun()];
    const makeRunOptions = ({ optimizer }: TrainingRun) => ({
      // The last ones wait to be read when the epoch ends.
      data: (epoch: number) => [0, 1, 2, 3].map((step) => makeBatch(4 * epoch + step)),
      loss: crossEntropy,
      metrics: { accuracy },
      optimizer,
      epochs: 2,
    });
    await fit(whole.model, makeRunOptions(whole));
    const { data, ...options } = makeRunOptions(run);
    function* shortAtItsEnd(epoch: number) {
      yield* data(epoch);
      failing.failAfter(0, "allocate");
    }
    await expect(fit(run.model, { ...options, data: shortAtItsEnd })).rejects.toThrow(OutOfMemoryError);
    await expect(readState(run)).resolves.toBeDefined();
    await fit(run.model, { ...options, data, resumed: true });
    expect(await readState(run)).toEqual(await readState(whole));
  });

  test("before it has changed anything does not change the checkpoint of another run", async () => {
    const failing = use(await cpu({ threads: 1 }).open());
    const [run, store] = [makeRun(), new MemoryCheckpointStore()];
    await store.save("latest", Uint8Array.of(1));
    failing.failAfter(0, "launch");
    await expect(fit(run.model, { ...makeOptions(run, store), resumed: false })).rejects.toThrow(DeviceError);
    expect(await store.load("latest")).toEqual(Uint8Array.of(1));
  });

  test("because of a late report of the device must be resumed from an earlier checkpoint", async () => {
    const failing = use(await cpu({ threads: 1 }).open());
    const expected = await trainWhole();
    const [run, store] = [makeRun(), new MemoryCheckpointStore()];
    const options = makeOptions(run, store);
    // The first epoch has been saved by then, and the next reads are numbers of steps.
    const probe = { every: 4, run: () => failing.failAfter(0, "read") };
    await expect(fit(run.model, { ...options, probe })).rejects.toThrow("read: it fails on purpose");
    expect(failing.stopFailing()).toBe(true);
    const unsaved = { ...options, checkpoint: undefined, resumed: false };
    await expect(fit(run.model, unsaved)).rejects.toThrow(/halfway .*fails on purpose.*load a saved state/);
    await train(run, store);
    expect(await readState(run)).toEqual(expected);
  });
});
