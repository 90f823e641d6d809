import {
  BatchNorm1d,
  crossEntropy,
  type FitOptions,
  fit,
  Linear,
  MemoryCheckpointStore,
  type Module,
  ReduceLROnPlateau,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

onCpu();

/** A number for each epoch, in place of a loss. */
const numbers = [5, 4, 4, 4, 3, 3, 3, 3];

const makeModel = (): Module<[Tensor], Tensor> =>
  new Sequential(new Linear(2, 8, { seed: 1 }), new BatchNorm1d(8), new Linear(8, 2, { seed: 2 }));

function makeOptions(model: Module<[Tensor], Tensor>, epochs: number): FitOptions<Tensor, Tensor, Tensor> {
  const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9 });
  const monitor = ({ epoch }: { readonly epoch: number }) => numbers[epoch]!;
  return {
    data: quadrants({ examples: 64, batchSize: 16, seed: 1 }),
    loss: crossEntropy,
    optimizer,
    epochs,
    callbacks: [new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5, monitor })],
  };
}

test("the rate falls at a plateau, also where the run is resumed in the middle of it", async () => {
  const whole = makeModel();
  const options = makeOptions(whole, numbers.length);
  const rates: number[] = [];
  await fit(whole, {
    ...options,
    callbacks: [{ onEpoch: () => void rates.push(options.optimizer.learningRate) }, ...options.callbacks!],
  });
  expect(rates).toEqual([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.025]);

  const store = new MemoryCheckpointStore();
  for (const epochs of [3, 4, 6, numbers.length]) {
    const model = makeModel();
    await fit(model, { ...makeOptions(model, epochs), checkpoint: { store }, resumed: true });
    if (epochs < numbers.length) continue;
    expect(await readStateArrays(model)).toEqual(await readStateArrays(whole));
  }
});

test("wrong options and states are rejected", () => {
  const optimizer = { learningRate: 0.1 };
  expect(() => new ReduceLROnPlateau(undefined as never)).toThrow("optimizer: found undefined");
  expect(() => new ReduceLROnPlateau(optimizer, { factor: 1 })).toThrow("factor: found 1");
  const plateau = new ReduceLROnPlateau(optimizer);
  expect(() => plateau.step("low" as never)).toThrow('ReduceLROnPlateau: value: found "low"');
  expect(() => {
    plateau.state = {} as never;
  }).toThrow("ReduceLROnPlateau: state: best: found undefined");
});
