import { valueAndGrad } from "@evenkeel/autodiff";
import type { WebgpuBackend, WebgpuCounters } from "@evenkeel/backend-webgpu";
import { mlp, resnet20 } from "@evenkeel/models";
import {
  accuracy,
  crossEntropy,
  fit,
  MemoryCheckpointStore,
  type Module,
  readStateArrays,
  SGD,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { DeviceError, fromData, scope, setDefaultBackend, uniform } from "@evenkeel/tensor";

import { RecordingBackend } from "@evenkeel/tensor/testing";

import { afterAll, beforeAll, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "./support.ts";

const classes = 10;

/** One step of SGD with momentum on random images, as `fit` does for each batch. */
function makeTrainingStep(model: Module<[Tensor]>, shape: readonly number[], backend: Backend) {
  const [images] = shape as [number];
  const x = uniform(shape, { seed: 1, stream: 0, backend });
  const labels = Int32Array.from({ length: images }, (_, image) => image % classes);
  const y = fromData(labels, { shape: [images], dtype: "i32" }, { backend });
  const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 });
  const differentiate = valueAndGrad(model, (x: Tensor, y: Tensor) => crossEntropy(model.forward(x), y));
  const run = (): void =>
    scope(() => {
      const [, gradients] = differentiate(x, y);
      optimizer.step(gradients);
    });
  const dispose = (): void => {
    for (const owner of [x, y, optimizer]) owner.dispose();
  };
  return { run, dispose };
}

describeOn("webgpu", "a training step on WebGPU", () => {
  let backend: WebgpuBackend;
  beforeAll(async () => {
    backend = await openWebgpu();
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });

  /**
   * The counts of a fifth step: in the first step parameters move to their arenas, and in the next the buffers settle. All
   * tensors are disposed, because a buffer that the garbage collector frees during another measurement is lent again there
   * and needs new bind groups.
   */
  async function measureCost(make: () => Module<[Tensor]>, shape: readonly number[]) {
    const recording = new RecordingBackend(backend);
    setDefaultBackend(recording);
    const model = make();
    const step = makeTrainingStep(model, shape, recording);
    let before: WebgpuCounters = backend.counters();
    for (let count = 0; count < 5; count++) {
      await backend.idle();
      before = backend.counters();
      recording.reset();
      step.run();
    }
    const { launches, bytesUploaded, bytesDownloaded } = recording.traffic();
    await backend.idle();
    const after = backend.counters();
    const spent = (name: keyof WebgpuCounters): number => after[name] - before[name];
    step.dispose();
    model.dispose();
    return {
      ...{ launches: launches.length, bytesUploaded, bytesDownloaded },
      ...{ dispatches: spent("dispatches"), submits: spent("submits") },
      ...{ bindGroups: spent("bindGroups"), pipelines: spent("pipelines") },
      ...{ bytesCopied: spent("bytesCopied") },
    };
  }

  /**
   * Parameters of launches are uploaded too; the recording counts what is written to buffers. `idle` copies one word: how many
   * labels were out of range.
   */
  const inOneSubmission = {
    ...{ submits: 1, pipelines: 0, bindGroups: 0 },
    ...{ bytesUploaded: 0, bytesDownloaded: 0, bytesCopied: 4 },
  };

  test("of the MLP is at most 30 launches in one submission, and creates nothing new", async () => {
    const cost = await measureCost(() => mlp({ seed: 1 }), [128, 1, 28, 28]);
    expect(cost).toMatchObject(inOneSubmission);
    expect(cost.launches).toBeLessThanOrEqual(30);
    expect(cost.dispatches).toBe(cost.launches);
  });

  test("of ResNet-20 is at most 200 launches in one submission, and creates nothing new", {
    timeout: 600_000,
  }, async () => {
    const cost = await measureCost(() => resnet20({ seed: 1 }), [4, 3, 32, 32]);
    expect(cost).toMatchObject(inOneSubmission);
    expect(cost.launches).toBeLessThanOrEqual(200);
    expect(cost.dispatches).toBe(cost.launches);
  });
});

const points = Float32Array.from({ length: 16 * 16 }, (_, index) => Math.sin(index * index));
const labels = Int32Array.from({ length: 16 }, (_, point) => point % 4);

/** Trains on the device, and destroys it after the given number of updates. */
async function train(backend: WebgpuBackend, store: MemoryCheckpointStore, lostAfter?: number) {
  setDefaultBackend(backend);
  const model = mlp({ inputs: 16, hidden: [8], classes: 4, seed: 1 });
  const { batches } = await fit(model, {
    data: () => Array.from({ length: 4 }, () => ({ inputs: { data: points, shape: [16, 16] }, labels })),
    loss: crossEntropy,
    metrics: { accuracy },
    optimizer: new SGD(model, { learningRate: 0.1, momentum: 0.9 }),
    epochs: 4,
    checkpoint: { store, everySteps: 3 },
    resumed: true,
    probe: {
      every: 1,
      run: ({ steps }) => {
        if (steps === lostAfter) backend.gpuDevice.destroy();
      },
    },
  });
  return { losses: batches.map(({ loss }) => loss), weights: await readStateArrays(model) };
}

describeOn("webgpu", "a run on WebGPU whose device is lost", () => {
  afterAll(() => setDefaultBackend(undefined));

  test("fails by name, and a new device resumes from the checkpoint with the same bits", async () => {
    const whole = await openWebgpu();
    const expected = await train(whole, new MemoryCheckpointStore());
    await whole.close();
    const store = new MemoryCheckpointStore();
    const lost = await openWebgpu();
    const run = train(lost, store, 11);
    await expect(run).rejects.toBeInstanceOf(DeviceError);
    await expect(run).rejects.toThrow(/the GPU device was lost \(destroyed\).*its latest launches: "/);
    await lost.close().catch(() => undefined);
    const fresh = await openWebgpu();
    expect(await train(fresh, store)).toEqual(expected);
    await fresh.close();
  });
});
