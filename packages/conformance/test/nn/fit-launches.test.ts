import { cpu } from "@evenkeel/backend-cpu";
import { mlp } from "@evenkeel/models";
import { accuracy, type Batch, crossEntropy, fit, SGD } from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { setDefaultBackend } from "@evenkeel/tensor";

import { RecordingBackend } from "@evenkeel/tensor/testing";

import { afterEach, expect, test, vi } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "../webgpu/support.ts";

let recording: RecordingBackend | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  setDefaultBackend(undefined);
  await recording?.close();
  recording = undefined;
});

const readEvery = 16;
/** The last one does not read. */
const steps = 2 * readEvery + 2;
const images = Float32Array.from({ length: 128 * 784 }, (_, index) => Math.sin(index * index));
const labels = Int32Array.from({ length: 128 }, (_, image) => image % 10);

/**
 * The launches of each step of `fit` with loss and accuracy, from one request for a batch to the next, and those of
 * the last read.
 */
async function countLaunchesOfFit(backend: Backend): Promise<number[]> {
  const own = new RecordingBackend(backend);
  recording = own;
  setDefaultBackend(own);
  const model = mlp({ seed: 1 });
  // Instant steps are read 16 at a time; slow steps would be read more often.
  vi.spyOn(performance, "now").mockReturnValue(0);
  const counts: number[] = [];
  const noteLaunches = (): void => {
    counts.push(own.traffic().launches.length);
    own.reset();
  };
  function* data(): Generator<Batch<Tensor, Tensor>> {
    for (let step = 0; step <= steps; step++) {
      noteLaunches();
      yield { inputs: { data: images, shape: [128, 1, 28, 28] }, labels };
    }
  }
  await fit(model, {
    data,
    loss: crossEntropy,
    metrics: { accuracy },
    optimizer: new SGD(model, { learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 }),
    epochs: 1,
    readEvery,
  });
  // The first entry was launched before the first step.
  return counts.slice(1);
}

/** The launches of a step without reading, and the average of a step. */
function measureCost(counts: readonly number[]): { readonly step: number; readonly average: number } {
  const [last] = counts.slice(-1);
  const period = counts.slice(-readEvery);
  return { step: last!, average: period.reduce((sum, count) => sum + count) / readEvery };
}

describeOn("webgpu", "a step of fit with the MLP, its loss and its accuracy", () => {
  test("is at most 30 launches on WebGPU, including its share of one read per 16 steps", async () => {
    const { step, average } = measureCost(await countLaunchesOfFit(await openWebgpu()));
    expect(step).toBeLessThanOrEqual(30);
    expect(average).toBeLessThanOrEqual(31);
  });
});

describeOn("cpu", "a step of fit with the MLP, its loss and its accuracy", () => {
  // Copies and packed operands are launches here: every entry in the ring of shared memory counts.
  test("is at most 40 launches on the CPU, and at most 42 with the reading", async () => {
    const { step, average } = measureCost(await countLaunchesOfFit(await cpu({ threads: 1 }).open()));
    expect(step).toBeLessThanOrEqual(40);
    expect(average).toBeLessThanOrEqual(42);
  });
});
