import {
  type Batch,
  BatchNorm1d,
  crossEntropy,
  Dropout,
  fit,
  Linear,
  Module,
  mse,
  Parameter,
  readStateArrays,
  Sequential,
  SGD,
  trainStep,
} from "@evenkeel/nn";
import { add, full, keep, mul, scope, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

const device = onCpu();

const data = quadrants({ examples: 256, batchSize: 32, seed: 1 });

const makeNet = (): Sequential =>
  new Sequential(
    new Linear(2, 8, { seed: 1 }),
    new BatchNorm1d(8),
    new Dropout(0.2, { seed: 3 }),
    new Linear(8, 2, { seed: 2 }),
  );

const readBits = async (model: Module): Promise<object> => Object.fromEntries(await readStateArrays(model));

const pair = [
  [1, 2],
  [3, 4],
];

const settings = { learningRate: 0.1, momentum: 0.9 };

class Scale extends Module {
  readonly factor: Parameter = new Parameter(full([1], 1));

  forward(x: Tensor): Tensor {
    return mul(x, this.factor.value);
  }
}

const readFactor = async (model: Scale): Promise<number> => (await model.factor.value.data())[0]!;

describe("trainStep", () => {
  test("in a loop of one's own is what fit does, bit for bit", async () => {
    const [looped, fitted] = [makeNet(), makeNet()];
    const step = trainStep(looped, crossEntropy, new SGD(looped, settings));
    const losses: number[] = [];
    for (const epoch of [0, 1]) {
      for (const { inputs, labels } of (data as (epoch: number) => Iterable<Batch>)(epoch)) {
        using loss = step(inputs, labels);
        losses.push(await loss.item());
      }
    }
    const records: number[] = [];
    const onBatch = ({ loss }: { loss: number }) => void records.push(loss);
    await fit(fitted, {
      data,
      loss: crossEntropy,
      optimizer: new SGD(fitted, settings),
      epochs: 2,
      callbacks: [{ onBatch }],
    });
    expect(await readBits(looped)).toEqual(await readBits(fitted));
    expect(losses).toEqual(records);
  });

  test("takes host arrays, and keeps no memory but the loss", async () => {
    const model = makeNet().eval();
    const step = trainStep(model, crossEntropy, new SGD(model, settings));
    const run = () => step({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, Int32Array.of(0, 1));
    run().dispose();
    const { live } = device().memory();
    for (let count = 0; count < 5; count++) scope(() => void run());
    expectNoLeak(device(), live);
    expect(model.isTraining).toBe(false);
  });

  test("a gradient may be changed before the update, and updates are told of", async () => {
    const model = new Scale();
    let updates = 0;
    const step = trainStep(model, mse, new SGD(model, { learningRate: 1 }), {
      transformGradients: ([gradient]) => [mul(gradient!, 0.25)],
      onUpdate: () => updates++,
    });
    // The gradient is 2 factor; a quarter of it is 0.5.
    step(tensor([1]), tensor([0])).dispose();
    expect([await readFactor(model), updates]).toEqual([0.5, 1]);
  });

  test("gradients may be accumulated over several batches", async () => {
    const model = new Scale();
    let sums: readonly Tensor[] | undefined;
    let batches = 0;
    const transformGradients = (gradients: readonly Tensor[]): readonly Tensor[] | undefined => {
      const before = sums;
      sums = gradients.map((gradient, index) =>
        keep(before === undefined ? mul(gradient, 1) : add(before[index]!, gradient)),
      );
      for (const old of before ?? []) old.dispose();
      if (++batches % 2 > 0) return undefined;
      const whole = sums;
      sums = undefined;
      return whole;
    };
    const step = trainStep(model, mse, new SGD(model, { learningRate: 0.1 }), { transformGradients });
    const factors: number[] = [];
    for (const target of [0, 2, 0, 2]) {
      step(tensor([1]), tensor([target])).dispose();
      factors.push(await readFactor(model));
    }
    // 2 (1 - 0) and 2 (1 - 2) cancel.
    expect(factors).toEqual([1, 1, 1, 1]);
    const optimizer = new SGD(model, { learningRate: 0.1 });
    await fit(model, {
      data: () => [1, 2].map(() => ({ inputs: tensor([1]), labels: tensor([0]) })),
      loss: mse,
      optimizer,
      epochs: 1,
      transformGradients,
    });
    // Both batches have the gradient 2 at the factor 1.
    expect(await readFactor(model)).toBeCloseTo(0.6, 6);
  });

  test("two optimizers in turn train two models of one loss", async () => {
    const [first, second] = [new Scale(), new Scale()];
    const loss = (y: Tensor, target: Tensor) => mse(second.forward(y), target);
    const trainFirst = trainStep(first, loss, new SGD(first, { learningRate: 0.1 }));
    const trainSecond = trainStep(
      second,
      (y: Tensor, target: Tensor) => mse(first.forward(y), target),
      new SGD(second, { learningRate: 0.1 }),
    );
    trainFirst(tensor([1]), tensor([0])).dispose();
    expect(await readFactor(first)).toBeCloseTo(0.8, 6);
    expect(await readFactor(second)).toBe(1);
    trainSecond(tensor([1]), tensor([0])).dispose();
    // The gradient is 2 * 0.8 * 0.8.
    expect(await readFactor(second)).toBeCloseTo(1 - 0.1 * 2 * 0.64, 6);
  });

  test("a step that fails changes nothing", async () => {
    const model = makeNet();
    const step = trainStep(model, crossEntropy, new SGD(model, settings), {
      transformGradients: () => {
        throw new RangeError("too large");
      },
    });
    const before = await readBits(model);
    const sources = [...model.namedRandomSources()].map(([, { state }]) => state);
    expect(() => step(tensor(pair), tensor([0, 1], { dtype: "i32" }))).toThrow("too large");
    expect(await readBits(model)).toEqual(before);
    expect([...model.namedRandomSources()].map(([, { state }]) => state)).toEqual(sources);
  });

  test("says what is wrong with its arguments", () => {
    const [model, other] = [makeNet(), makeNet()];
    const optimizer = new SGD(model, settings);
    expect(() => trainStep({} as Module, mse, optimizer)).toThrow(/trainStep: model: found/);
    expect(() => trainStep(model, 1 as never, optimizer)).toThrow(/trainStep: loss: found 1/);
    expect(() => trainStep(model, mse, {} as SGD)).toThrow(/trainStep: optimizer: found/);
    expect(() => trainStep(other, mse, optimizer)).toThrow(
      /found a parameter that the optimizer was not made for/,
    );
    const hooks = { onUpdat: () => undefined } as never;
    expect(() => trainStep(model, mse, optimizer, hooks)).toThrow(/trainStep: .*onUpdat/);
    const promised = trainStep(model, crossEntropy, optimizer, {
      transformGradients: (async () => []) as never,
    });
    expect(() => promised(tensor(pair), tensor([0, 1], { dtype: "i32" }))).toThrow(
      /transformGradients: found a function that returns a promise/,
    );
  });
});
