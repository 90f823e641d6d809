import {
  AveragedModel,
  type AveragedModelOptions,
  BatchNorm1d,
  crossEntropy,
  evaluate,
  type FitOptions,
  fit,
  Linear,
  MemoryCheckpointStore,
  Module,
  type Optimizer,
  Parameter,
  preciseBatchNorm,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { scope, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

const device = onCpu();

class Value extends Module {
  readonly value: Parameter = new Parameter(tensor([0]));

  forward(x: Tensor): Tensor {
    return x;
  }
}

const read = async (x: Tensor): Promise<number> => (await x.data())[0]!;

/** The values 1, 2, 3, ... of a parameter, whose gradient is -1. */
const climb = (optimizer: Optimizer, steps: number): void => {
  for (let step = 0; step < steps; step++) scope(() => optimizer.step([tensor([-1])]));
};

async function averageOf(options: AveragedModelOptions, steps: number): Promise<number> {
  const model = new Value();
  const optimizer = new SGD(model, { learningRate: 1 });
  const averaged = new AveragedModel(model, { ...options, optimizer });
  climb(optimizer, steps);
  const state = averaged.stateDict();
  const value = await read(state.value as Tensor);
  expect(await read(model.value.value)).toBe(steps);
  return value;
}

describe("averages", () => {
  test.each<[AveragedModelOptions, number, number]>([
    [{}, 4, 2.5],
    [{ start: 2 }, 6, 4.5],
    [{ every: 2 }, 6, 3],
    [{ start: 1, every: 3 }, 6, 3.5],
    [{ decay: 0.5 }, 3, 2.25],
    [{ decay: 1 }, 3, 1],
    [{ decay: (count) => count / (count + 1) }, 4, 2.5],
    [{ start: 9 }, 3, 3],
  ])("with %j over %i updates are %d", async (options, steps, expected) => {
    expect(await averageOf(options, steps)).toBeCloseTo(expected, 6);
  });

  test("can be updated by hand, and do not accumulate memory", async () => {
    const model = new Value();
    const averaged = new AveragedModel(model);
    averaged.update();
    const { live } = device().memory();
    for (let step = 1; step <= 3; step++) {
      scope(() => {
        model.value.value = tensor([step]);
      });
      averaged.update();
    }
    expectNoLeak(device(), live);
    expect(averaged.count).toBe(4);
    expect(await averaged.use(() => read(model.value.value))).toBe(1.5);
    averaged.dispose();
    await expect(averaged.use(() => 0)).rejects.toThrow("found no average yet");
  });
});

const makeModel = (): Sequential =>
  new Sequential(new Linear(2, 8, { seed: 1 }), new BatchNorm1d(8), new Linear(8, 2, { seed: 2 }));
const data = quadrants({ examples: 64, batchSize: 16, seed: 1 });

function makeRun(model: Sequential, epochs: number): [FitOptions<Tensor, Tensor, Tensor>, AveragedModel] {
  const optimizer = new SGD(model, { learningRate: 0.2, momentum: 0.9 });
  const averaged = new AveragedModel(model, { decay: 0.9, buffers: true, start: 2, optimizer });
  return [{ data, loss: crossEntropy, optimizer, epochs }, averaged];
}

describe("in a run", () => {
  test("are used for a while, with statistics of their own, and the model is then as it was", async () => {
    const model = makeModel();
    const [options, averaged] = makeRun(model, 3);
    await fit(model, options);
    const before = await readStateArrays(model);
    const other = makeModel();
    other.loadStateDict(averaged.stateDict());
    await preciseBatchNorm(other, data);
    const expected = await evaluate(other, { data, loss: crossEntropy });
    const found = await averaged.use(async () => {
      await preciseBatchNorm(model, data);
      expect(() => averaged.update()).toThrow("the averages are in the model");
      await expect(averaged.use(() => 0)).rejects.toThrow("a call within another one");
      return evaluate(model, { data, loss: crossEntropy });
    });
    expect(found).toEqual(expected);
    expect(await readStateArrays(model)).toEqual(before);
    await expect(
      averaged.use(() => {
        throw new Error("on purpose");
      }),
    ).rejects.toThrow("on purpose");
    expect(await readStateArrays(model)).toEqual(before);
    await fit(model, { ...options, epochs: 4, resumed: true });
  });

  test("are saved and resumed with the same bits", async () => {
    const whole = makeModel();
    const [options, expected] = makeRun(whole, 4);
    await fit(whole, options);
    const store = new MemoryCheckpointStore();
    for (const epochs of [1, 3, 4]) {
      const model = makeModel();
      const [options, averaged] = makeRun(model, epochs);
      await fit(model, { ...options, checkpoint: { store }, resumed: true });
      if (epochs < 4) continue;
      expect(await averaged.readStateArrays()).toEqual(await expected.readStateArrays());
      const model2 = makeModel();
      const byHand = new AveragedModel(model2, { buffers: true });
      byHand.loadState(await averaged.readStateArrays());
      expect(byHand.count).toBe(14);
      expect(await byHand.readStateArrays()).toEqual(await expected.readStateArrays());
    }
  });
});

test("saved averages of another model, and wrong options, are rejected", async () => {
  const averaged = new AveragedModel(new Value());
  averaged.update();
  const state = await averaged.readStateArrays();
  expect(() => new AveragedModel(makeModel()).loadState(state)).toThrow(
    /unexpected \(1\):\n {2}values\.value/,
  );
  state.delete("values.value");
  expect(() => averaged.loadState(state)).toThrow(/missing \(1\):\n {2}value/);
  expect(() => averaged.loadState({} as never)).toThrow("AveragedModel: state: found an object");
  expect(() => new AveragedModel(new Value(), { decay: 2 })).toThrow("AveragedModel: decay: found 2");
  expect(() => new AveragedModel(new Value(), { every: 0 })).toThrow("AveragedModel: every: found 0");
  expect(() => new AveragedModel({} as never)).toThrow("model: found an object");
});
