import {
  accuracy,
  type Callback,
  crossEntropy,
  fit,
  GradientAccumulation,
  Linear,
  MemoryCheckpointStore,
  type RunStart,
  SGD,
} from "@evenkeel/nn";
import { keep, mul, sum, type Tensor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

onCpu();

const data = quadrants({ examples: 32, batchSize: 8, seed: 1 });

const make = () => {
  const model = new Linear(2, 2, { seed: 1 });
  const optimizer = new SGD(model, { learningRate: 0.1 });
  return { model, optimizer, options: { data, loss: crossEntropy, optimizer, epochs: 1 } };
};

test("callbacks are told what the run does before it begins", async () => {
  const { model, optimizer, options } = make();
  const starts: RunStart[] = [];
  const callbacks: Callback[] = [{ onStart: (start) => void starts.push(start) }];
  const checkpoint = { store: new MemoryCheckpointStore() };
  const source = {
    epoch: (epoch: number) => (data as (epoch: number) => Iterable<never>)(epoch),
    batchesPerEpoch: 4,
  };
  await fit(model, { ...options, checkpoint, callbacks });
  const metrics = { accuracy };
  await fit(model, { ...options, data: source, validation: data, metrics, epochs: 2, callbacks });
  const known = starts.map(({ epochs, batchesPerEpoch, metrics, isValidated }) => ({
    ...{ epochs, batchesPerEpoch, metrics, isValidated },
  }));
  expect(known).toEqual([
    { epochs: 1, batchesPerEpoch: undefined, metrics: [], isValidated: false },
    { epochs: 2, batchesPerEpoch: 4, metrics: ["accuracy"], isValidated: true },
  ]);
  for (const start of starts) expect(start.model === model && start.optimizer === optimizer).toBe(true);
});

test("every step gives the gradients of its update, those that are accumulated too", async () => {
  const { model, optimizer, options } = make();
  new GradientAccumulation(optimizer, { steps: 2 });
  const seen: [step: number, gradient: Promise<number>][] = [];
  const given: Promise<number>[] = [];
  const measure = (gradients: readonly Tensor[]) => {
    const square = keep(sum(mul(gradients[0]!, gradients[0]!)));
    const value = square.item();
    square.dispose();
    return value;
  };
  await fit(model, {
    ...options,
    transformGradients: (gradients) => {
      given.push(measure(gradients));
      return gradients.map((gradient) => mul(gradient, 2));
    },
    callbacks: [{ onStep: ({ gradients, step }) => void seen.push([step, measure(gradients)]) }],
  });
  expect(seen.map(([step]) => step)).toEqual([0, 1, 2, 3]);
  const values = await Promise.all(seen.map(([, value]) => value));
  expect(values).toEqual((await Promise.all(given)).map((square) => 4 * square));
  expect(Math.min(...values)).toBeGreaterThan(0);
});
