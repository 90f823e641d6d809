import {
  Adam,
  type Batch,
  BatchNorm1d,
  crossEntropy,
  type FitOptions,
  fit,
  GradientAccumulation,
  Linear,
  MemoryCheckpointStore,
  Module,
  type Optimizer,
  Parameter,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
  trainStep,
} from "@evenkeel/nn";
import type { Executor } from "@evenkeel/tensor";
import { DeviceError, launchingExecutor, scope, type Tensor, tensor, withExecutor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

const device = onCpu();

class Pair extends Module {
  readonly first: Parameter = new Parameter(tensor([1, 2]));
  readonly second: Parameter = new Parameter(tensor([3]));

  forward(x: Tensor): Tensor {
    return x;
  }

  async values(): Promise<number[]> {
    return [...(await this.first.value.data()), ...(await this.second.value.data())];
  }
}

const take = (optimizer: Optimizer, ...gradients: number[][]): boolean =>
  scope(() => optimizer.step(gradients.map((values) => tensor(values))));

describe("accumulated gradients", () => {
  test("update the parameters once, with their mean", async () => {
    const model = new Pair();
    const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.5 });
    const accumulation = new GradientAccumulation(optimizer, { steps: 3 });
    take(optimizer, [3, 0], [1]);
    take(optimizer, [0, 6], [1]);
    expect(accumulation.pending).toBe(2);
    expect(await model.values()).toEqual([1, 2, 3]);
    take(optimizer, [3, 0], [1]);
    expect(accumulation.pending).toBe(0);
    expect(await model.values()).toEqual([0, 1, 2.5]);
    for (let step = 0; step < 3; step++) take(optimizer, [2, 2], [2]);
    expect(await model.values()).toEqual([-1.5, -0.5, 1.25]);
    expect((await optimizer.readStateArrays()).get("first.steps")!.data[0]).toBe(2);
  });

  test("of parameters that are frozen meanwhile do not count", async () => {
    const model = new Pair();
    const optimizer = new SGD(model, { learningRate: 1 });
    new GradientAccumulation(optimizer, { steps: 2 });
    take(optimizer, [1, 1], [1]);
    model.second.trainable = false;
    take(optimizer, [1, 1]);
    expect(await model.values()).toEqual([0, 1, 3]);
    take(optimizer, [1, 1]);
    model.second.trainable = true;
    take(optimizer, [1, 1], [1]);
    expect(await model.values()).toEqual([-1, 0, 2.5]);
  });

  test("call `onUpdate` of a training step only after updates", () => {
    const model = new Sequential(new Linear(2, 2, { seed: 1 }));
    const optimizer = new SGD(model, { learningRate: 0.1 });
    new GradientAccumulation(optimizer, { steps: 2 });
    let updates = 0;
    const step = trainStep(model, crossEntropy, optimizer, { onUpdate: () => void updates++ });
    const counts = Array.from({ length: 5 }, () => {
      step({ data: Float32Array.of(1, 2), shape: [1, 2] }, Int32Array.of(1)).dispose();
      return updates;
    });
    expect(counts).toEqual([0, 1, 1, 2, 2]);
  });

  test("take memory only between updates", () => {
    const model = new Pair();
    const optimizer = new SGD(model, { learningRate: 1 });
    new GradientAccumulation(optimizer, { steps: 2 });
    for (let step = 0; step < 2; step++) take(optimizer, [1, 1], [1]);
    const { live } = device().memory();
    for (let step = 0; step < 4; step++) take(optimizer, [1, 1], [1]);
    expectNoLeak(device(), live);
    take(optimizer, [1, 1], [1]);
    expect(device().memory().live).toBeGreaterThan(live);
    optimizer.dispose();
    take(optimizer, [1, 1], [1]);
    take(optimizer, [1, 1], [1]);
    expectNoLeak(device(), live);
  });

  test("are the gradient of a large batch where layers treat examples separately", async () => {
    const make = () =>
      new Sequential(new Linear(2, 8, { seed: 1 }), new ReLU(), new Linear(8, 2, { seed: 2 }));
    const [whole, parts] = [make(), make()];
    const loss = crossEntropy;
    const large = { data: quadrants({ examples: 256, batchSize: 64, seed: 1 }), loss, epochs: 1 };
    await fit(whole, { ...large, optimizer: new SGD(whole, { learningRate: 0.1, momentum: 0.9 }) });
    const optimizer = new SGD(parts, { learningRate: 0.1, momentum: 0.9 });
    new GradientAccumulation(optimizer, { steps: 4 });
    const batches = function* () {
      const source = quadrants({ examples: 256, batchSize: 64, seed: 1 }) as (
        epoch: number,
      ) => Iterable<Batch>;
      for (const { inputs, labels } of source(0)) {
        const { data } = inputs as { readonly data: Float32Array };
        for (let first = 0; first < 64; first += 16) {
          yield {
            inputs: { data: data.subarray(2 * first, 2 * first + 32), shape: [16, 2] },
            labels: (labels as Int32Array).subarray(first, first + 16),
          };
        }
      }
    };
    await fit(parts, { data: batches, loss, optimizer, epochs: 1 });
    const expected = await readStateArrays(whole);
    for (const [name, { data }] of await readStateArrays(parts)) {
      for (const [index, value] of Array.from(data).entries()) {
        expect(value, name).toBeCloseTo(expected.get(name)!.data[index]! as number, 6);
      }
    }
  });

  test("that fail halfway are noticed", async () => {
    const model = new Pair();
    const optimizer = new SGD(model, { learningRate: 1 });
    new GradientAccumulation(optimizer, { steps: 3 });
    take(optimizer, [1, 1], [1]);
    const state = await optimizer.readStateArrays();
    const failAt = (launch: number) => {
      let launches = 0;
      const failing: Executor = {
        execute: (call) => {
          if (++launches === launch) throw new DeviceError("on purpose");
          return launchingExecutor.execute(call);
        },
      };
      expect(() =>
        scope(() => {
          const gradients = [tensor([1, 1]), tensor([1])];
          withExecutor(failing, () => optimizer.step(gradients));
        }),
      ).toThrow("on purpose");
    };
    failAt(1);
    expect((await optimizer.readStateArrays()).get("accumulation:taken")!.data[0]).toBe(1);
    failAt(2);
    expect(() => take(optimizer, [1, 1], [1])).toThrow("a step failed halfway");
    optimizer.loadState(state);
    for (let step = 0; step < 2; step++) take(optimizer, [1, 1], [1]);
    expect(await model.values()).toEqual([0, 1, 2]);
  });
});

describe("saved with the optimizer", () => {
  test("they continue with the same bits, and belong to an optimizer that accumulates", async () => {
    const make = (model: Pair) => {
      const optimizer = new Adam(model, { learningRate: 0.1 });
      new GradientAccumulation(optimizer, { steps: 3 });
      return optimizer;
    };
    const gradient = (step: number) => [[Math.sin(step), 1], [Math.cos(step)]];
    const model = new Pair();
    const optimizer = make(model);
    for (let step = 0; step < 5; step++) take(optimizer, ...gradient(step));
    const state = await optimizer.readStateArrays();
    const resumed = new Pair();
    resumed.loadStateDict(await readStateArrays(model));
    const other = make(resumed);
    other.loadState(state);
    for (let step = 5; step < 10; step++) {
      take(optimizer, ...gradient(step));
      take(other, ...gradient(step));
    }
    expect(await resumed.values()).toEqual(await model.values());
    const plain = new Adam(new Pair(), { learningRate: 0.1 });
    expect(() => plain.loadState(state)).toThrow("accumulation:taken");
    state.delete("accumulation:taken");
    expect(() => other.loadState(state)).toThrow(/missing \(1\):\n {2}taken/);
  });

  test("a run that ends between micro-batches is resumed", async () => {
    const makeModel = () =>
      new Sequential(new Linear(2, 8, { seed: 1 }), new BatchNorm1d(8), new Linear(8, 2, { seed: 2 }));
    const makeOptions = (
      model: Module<[Tensor], Tensor>,
      epochs: number,
    ): FitOptions<Tensor, Tensor, Tensor> => {
      const optimizer = new Adam(model, { learningRate: 0.05 });
      new GradientAccumulation(optimizer, { steps: 3 });
      return {
        data: quadrants({ examples: 64, batchSize: 16, seed: 1 }),
        loss: crossEntropy,
        optimizer,
        epochs,
      };
    };
    const whole = makeModel();
    await fit(whole, makeOptions(whole, 5));
    const store = new MemoryCheckpointStore();
    for (const epochs of [1, 2, 5]) {
      const model = makeModel();
      await fit(model, { ...makeOptions(model, epochs), checkpoint: { store }, resumed: true });
      if (epochs === 5) expect(await readStateArrays(model)).toEqual(await readStateArrays(whole));
    }
    const model = makeModel();
    const plain = { ...makeOptions(model, 6), optimizer: new Adam(model, { learningRate: 0.05 }) };
    await expect(fit(model, { ...plain, checkpoint: { store }, resumed: true })).rejects.toThrow(
      "accumulation",
    );
  });
});

test("wrong options, and a second accumulation, are rejected", () => {
  const optimizer = new SGD(new Pair(), { learningRate: 1 });
  expect(() => new GradientAccumulation(optimizer, { steps: 0 })).toThrow(
    "GradientAccumulation: steps: found 0",
  );
  new GradientAccumulation(optimizer, { steps: 1 });
  expect(() => new GradientAccumulation(optimizer, { steps: 2 })).toThrow(
    'optimizer: found two attachments named "accumulation"',
  );
});
