import {
  Adam,
  AveragedModel,
  BatchNorm1d,
  crossEntropy,
  Dropout,
  encodeModel,
  findLearningRate,
  fit,
  GradientAccumulation,
  Linear,
  MemoryCheckpointStore,
  Module,
  mse,
  Parameter,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { ArgumentError, full, getRandomSource, mul, type Tensor, uniform } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { quadrants } from "./synthetic.ts";

onCpu();

class Scale extends Module {
  readonly factor: Parameter = new Parameter(full([1], 1));

  forward(x: Tensor): Tensor {
    return mul(x, this.factor.value);
  }
}

/** The loss is the square of the factor: a step multiplies the factor by 1 - 2 rate, which diverges for rates above 1. */
const square = () => [
  {
    inputs: { data: Float32Array.of(1), shape: [1, 1] },
    labels: { data: Float32Array.of(0), shape: [1, 1] },
  },
];

describe("the search for a learning rate", () => {
  test("finds that of a problem with a known answer", async () => {
    const model = new Scale();
    const optimizer = new SGD(model, { learningRate: 0.3 });
    const options = { data: square, loss: mse, optimizer, minLearningRate: 1e-4, smoothing: 0.5 };
    const curve = await findLearningRate(model, options);

    // The same in float64.
    let factor = 1;
    const expected: { rate: number; loss: number; smoothed: number }[] = [];
    let average = 0;
    let lowest = Infinity;
    for (let step = 0; step < 100; step++) {
      const rate = 1e-4 * 1e5 ** (step / 99);
      average = 0.5 * average + 0.5 * factor ** 2;
      const smoothed = average / (1 - 0.5 ** (step + 1));
      expected.push({ rate, loss: factor ** 2, smoothed });
      factor *= 1 - 2 * rate;
      lowest = Math.min(lowest, smoothed);
      if (smoothed > 4 * lowest) break;
    }
    expect(curve.points.length).toBe(expected.length);
    for (const [step, { rate, loss, smoothed }] of expected.entries()) {
      const point = curve.points[step]!;
      expect(point.learningRate).toBeCloseTo(rate, 12);
      expect(point.loss / loss).toBeCloseTo(1, 3);
      expect(point.smoothedLoss / smoothed).toBeCloseTo(1, 3);
    }
    // It diverges at rates above 1, and the suggestions are on the stable side.
    expect(curve.points.at(-1)!.learningRate).toBeGreaterThan(1);
    const judged = expected.slice(Math.floor(expected.length / 10), -1);
    const slopes = judged.map((_, step) => {
      const [before, after] = [Math.max(0, step - 1), Math.min(judged.length - 1, step + 1)];
      return (judged[after]!.smoothed - judged[before]!.smoothed) / (after - before);
    });
    const steepest = judged[slopes.indexOf(Math.min(...slopes))]!.rate;
    expect(curve.steepest).toBeCloseTo(steepest, 12);
    expect(curve.suggestion).toBe(curve.steepest);
    expect(curve.suggestion).toBeLessThan(1);
    const lowestPoint = judged.find(({ smoothed }) => judged.every((other) => smoothed <= other.smoothed))!;
    expect(curve.minimumTenth).toBeCloseTo(lowestPoint.rate / 10, 12);
    expect(curve.minimumTenth).toBeLessThan(1);
    expect(optimizer.learningRate).toBe(0.3);
  });

  test("reaches the last rate where nothing diverges, over as many epochs as needed", async () => {
    const model = new Scale();
    const epochs: number[] = [];
    const data = (epoch: number) => {
      epochs.push(epoch);
      return square();
    };
    const optimizer = new SGD(model, { learningRate: 0.3 });
    const range = { minLearningRate: 1e-3, maxLearningRate: 1e-2, steps: 7 };
    const { points } = await findLearningRate(model, { data, loss: mse, optimizer, ...range });
    expect(epochs).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(points[0]!.learningRate).toBe(1e-3);
    expect(points.at(-1)!.learningRate).toBeCloseTo(1e-2, 15);
  });
});

/** A model whose steps change parameters, running statistics, averages, accumulated gradients and random sources. */
function makeAll() {
  const model = new Sequential(
    new Linear(2, 8, { seed: 1 }),
    new BatchNorm1d(8),
    new Dropout(0.3, { seed: 2 }),
    new Linear(8, 2, { seed: 3 }),
  );
  const optimizer = new Adam(model, { learningRate: 0.01 });
  new GradientAccumulation(optimizer, { steps: 3 });
  new AveragedModel(model, { decay: 0.9, optimizer });
  const data = quadrants({ examples: 32, batchSize: 8, seed: 1 });
  return { model, optimizer, data, loss: crossEntropy };
}

async function readAll({ model, optimizer }: ReturnType<typeof makeAll>) {
  const state = await optimizer.readStateArrays();
  return {
    model: await encodeModel(model),
    optimizer: [...state].map(([name, { data }]) => [name, [...data]]),
    learningRate: optimizer.learningRate,
    sources: [getRandomSource().state, ...[...model.namedRandomSources()].map(([, source]) => source.state)],
    isTraining: model.isTraining,
  };
}

const train = ({ model, ...options }: ReturnType<typeof makeAll>, epochs: number, resumed = false) =>
  fit(model, { ...options, epochs, resumed });

describe("a model and its optimizer", () => {
  test("are as they were after the search, bit for bit, and a run in memory continues", async () => {
    const all = makeAll();
    const other = makeAll();
    for (const one of [all, other]) await train(one, 1);
    const before = await readAll(all);
    let loss = 0;
    const counting = (y: Tensor, labels: Tensor) => {
      loss++;
      uniform([2]);
      return crossEntropy(y, labels);
    };
    const { points } = await findLearningRate(all.model, {
      ...{ data: all.data, optimizer: all.optimizer, loss: counting },
      steps: 20,
    });
    expect([loss, points.length]).toEqual([20, 20]);
    expect(points.some((point) => point.loss !== points[0]!.loss)).toBe(true);
    expect(await readAll(all)).toEqual(before);
    const histories = [await train(all, 3, true), await train(other, 3, true)];
    const losses = histories.map(({ epochs }) => epochs.map(({ loss }) => loss));
    expect(losses[0]).toEqual(losses[1]);
    expect((await readAll(all)).model).toEqual((await readAll(other)).model);
  });

  test("are as they were after an error and after an abort", async () => {
    const all = makeAll();
    await train(all, 1);
    const before = await readAll(all);
    const { model, data, optimizer } = all;
    let steps = 0;
    const failing = (y: Tensor, labels: Tensor) => {
      if (++steps === 5) throw new ArgumentError("enough");
      return crossEntropy(y, labels);
    };
    await expect(findLearningRate(model, { data, optimizer, loss: failing })).rejects.toThrow(
      "findLearningRate: step 4: enough",
    );
    expect(await readAll(all)).toEqual(before);
    const controller = new AbortController();
    const reason = new Error("stopped");
    const aborting = (y: Tensor, labels: Tensor) => {
      if (++steps === 10) controller.abort(reason);
      return crossEntropy(y, labels);
    };
    const { signal } = controller;
    await expect(findLearningRate(model, { data, optimizer, loss: aborting, signal })).rejects.toBe(reason);
    expect(await readAll(all)).toEqual(before);
    expect(steps).toBeLessThan(20);
  });

  test("have a saved run that continues after a search", async () => {
    const [all, other] = [makeAll(), makeAll()];
    const checkpoint = { store: new MemoryCheckpointStore() };
    const saved = { data: all.data, optimizer: all.optimizer, loss: crossEntropy };
    await fit(all.model, { ...saved, epochs: 1, checkpoint });
    const options = { data: other.data, optimizer: other.optimizer, loss: crossEntropy };
    await findLearningRate(other.model, { ...options, steps: 5 });
    await fit(other.model, { ...options, epochs: 1, checkpoint, resumed: true });
    expect(await readAll(other)).toEqual(await readAll(all));
  });

  test("are refused while a run trains them, and wrong options always", async () => {
    const { model, optimizer, data, loss } = makeAll();
    const options = { data, optimizer, loss };
    const search = () => findLearningRate(model, options);
    let refused: Promise<unknown> = Promise.resolve();
    const onStart = () => {
      refused = expect(search()).rejects.toThrow("findLearningRate: model: another fit is training it");
    };
    await fit(model, { ...options, epochs: 1, callbacks: [{ onStart }] });
    await refused;
    const range = { minLearningRate: 1, maxLearningRate: 0.1 };
    await expect(findLearningRate(model, { ...options, ...range })).rejects.toThrow(
      "findLearningRate: minLearningRate: found 1, expected less than maxLearningRate, 0.1",
    );
    for (const wrong of [{ steps: 0 }, { smoothing: 1 }, { divergence: 1 }, { epochs: 3 }, { loss: 3 }]) {
      await expect(findLearningRate(model, { ...options, ...wrong } as never)).rejects.toThrow(ArgumentError);
    }
    await expect(findLearningRate(model, { ...options, data: () => [] })).rejects.toThrow(
      "findLearningRate: data: found no batches in epoch 0",
    );
  });
});
