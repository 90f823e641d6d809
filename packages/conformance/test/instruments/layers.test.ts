import {
  findDeadUnits,
  fitGrowth,
  measureCovariateShift,
  measureGradientNorms,
  measureStatisticsDrift,
  sweepGhostBatches,
} from "@evenkeel/instruments";
import {
  BatchNorm1d,
  evaluate,
  fit,
  GhostBatches,
  Linear,
  Module,
  mse,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  trainStep,
} from "@evenkeel/nn";
import { mul, normal, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();
const total = (outputs: Tensor): Tensor => sum(outputs);

class Factor extends Module {
  readonly weight: Parameter;

  constructor(value: number) {
    super();
    this.weight = new Parameter(tensor([value]));
  }

  forward(x: Tensor): Tensor {
    return mul(x, this.weight.value);
  }
}

describe("measureCovariateShift", () => {
  test("measures what the layers before one change, and leaves the model updated", async () => {
    const before = device().memory().live;
    const model = new Sequential(new Factor(2), new Factor(3), new Factor(5));
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const batch = { inputs: tensor([1]), labels: tensor([0]) };
    const step = trainStep(model, total, optimizer);
    const shifts = await measureCovariateShift(model, batch, {
      loss: total,
      update: () => step(batch.inputs, batch.labels).dispose(),
    });
    // Gradients [15, 10, 6]; the first weight becomes 0.5, the second 2.
    expect(shifts.map(({ path }) => path)).toEqual(["0", "1", "2"]);
    expect(shifts[0]).toMatchObject({ distance: 0, gradientNorm: 15 });
    // 5 * 2 before and 5 * 0.5 after the first layer's step.
    expect(shifts[1]!.distance).toBeCloseTo(7.5, 5);
    expect(shifts[1]!.cosine).toBeCloseTo(1, 6);
    // 2 * 3 before and 0.5 * 2 after the steps of both.
    expect(shifts[2]!.distance).toBeCloseTo(5, 5);
    const weights = await Promise.all(
      [...model.parameters()].map(async ({ value }) => (await value.data())[0]),
    );
    expect(weights).toEqual([0.5, 2, expect.closeTo(4.4, 5)]);
    for (const one of [model, optimizer, ...Object.values(batch)]) one.dispose();
    expectNoLeak(device(), before);
  });

  test("puts the model back where it was if the update fails", async () => {
    const model = new Sequential(new Factor(2), new Factor(3));
    const batch = { inputs: tensor([1]), labels: tensor([0]) };
    const update = (): never => {
      throw new Error("no update");
    };
    await expect(measureCovariateShift(model, batch, { loss: total, update })).rejects.toThrow("no update");
    expect((await [...model.parameters()][0]!.value.data())[0]).toBe(2);
  });
});

describe("measureGradientNorms", () => {
  test("gives the gradient that reaches each layer, and 0 where there is none", async () => {
    const before = device().memory().live;
    const model = new Sequential(new Factor(2), new Factor(3), new Factor(5));
    const batch = { inputs: tensor([1, 1]), labels: tensor([0]) };
    const paths = ["0", "1", "2"];
    const found = await measureGradientNorms(model, batch, { loss: total, paths });
    expect(found.map(({ norm }) => norm)).toEqual(
      [15, 5, 1].map((norm) => expect.closeTo(norm * Math.SQRT2, 4)),
    );
    const constant = await measureGradientNorms(model, batch, { loss: () => sum(tensor([1])), paths: ["1"] });
    expect(constant).toEqual([{ path: "1", norm: 0 }]);
    for (const one of [model, ...Object.values(batch)]) one.dispose();
    expectNoLeak(device(), before);
  });

  // Yang et al. 2019, theorem 8, in a network that is small enough for a test; the bound is wide because it is one draw.
  test("grow with the depth of a network with batch norm by about pi / (pi - 1) in the square", async () => {
    const [width, depth] = [96, 12];
    const blocks = Array.from({ length: depth }, (_, index) => [
      new Linear(width, width, { seed: index, bias: false }),
      new BatchNorm1d(width),
      new ReLU(),
    ]);
    const model = new Sequential(...blocks.flat());
    const batch = { inputs: normal([128, width], { seed: 50 }), labels: normal([128, width], { seed: 51 }) };
    const paths = blocks.map((_, index) => String(3 * index));
    const dot = (outputs: Tensor, labels: Tensor): Tensor => sum(mul(outputs, labels));
    const found = await measureGradientNorms(model, batch, { loss: dot, paths });
    const { rate } = fitGrowth(found.map(({ norm }) => norm ** 2).toReversed());
    expect(Math.abs(rate - Math.log(Math.PI / (Math.PI - 1)))).toBeLessThan(0.1);
  });
});

describe("findDeadUnits", () => {
  test("finds the units that no example activates", async () => {
    const before = device().memory().live;
    const linear = new Linear(3, 4, { seed: 1 });
    linear.bias!.value = tensor([0, -100, 0, -100]);
    const model = new Sequential(linear, new ReLU());
    const data = () => [1, 2].map((seed) => ({ inputs: normal([8, 3], { seed }) }));
    const found = await findDeadUnits(model, data as never, { paths: ["1"] });
    expect(found).toEqual([{ path: "1", units: 4, dead: [1, 3] }]);
    model.dispose();
    expectNoLeak(device(), before);
  });

  test("refuses outputs without units", async () => {
    const data = () => [{ inputs: tensor([1, 2]) }];
    await expect(findDeadUnits(new Factor(1), data as never, { paths: [""] })).rejects.toThrow(
      'findDeadUnits: paths: found an output of 1 dimensions at "", expected units along the second',
    );
  });
});

describe("measureStatisticsDrift", () => {
  test("compares running statistics with those of the data, and keeps them", async () => {
    const before = device().memory().live;
    const model = new Sequential(new BatchNorm1d(2));
    // Means 1 and 10, variances 4 and 16 of the whole set, in batches that differ.
    const rows = [
      [
        [-1, 6],
        [3, 14],
      ],
      [
        [-1, 6],
        [3, 14],
      ],
    ];
    const data = () => rows.map((batch) => ({ inputs: tensor(batch) }));
    const [drift] = await measureStatisticsDrift(model, data as never);
    // The unbiased variances of four values are 16 / 3 and 64 / 3; the running ones are 0 and 1.
    expect(drift!.path).toBe("0");
    expect(drift!.meanShift).toBeCloseTo(Math.sqrt((1 / (16 / 3) + 100 / (64 / 3)) / 2), 4);
    expect(drift!.logVarianceRatio).toBeCloseTo(
      Math.sqrt((Math.log(16 / 3) ** 2 + Math.log(64 / 3) ** 2) / 2),
      4,
    );
    const [norm] = [...model.namedModules()].map(([, module]) => module).slice(1) as [BatchNorm1d];
    expect([...(await norm.runningMean!.value.data())]).toEqual([0, 0]);
    expect(norm.numBatchesTracked!.value).toBe(0);
    model.dispose();
    expectNoLeak(device(), before);
  });
});

describe("sweepGhostBatches", () => {
  test("trains with each size, and evaluates with three kinds of statistics", async () => {
    const before = device().memory().live;
    const inputs = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index * index) + 3);
    const data = () =>
      [0, 32].map((start) => ({
        inputs: { data: inputs.slice(2 * start, 2 * start + 64), shape: [32, 2] },
        labels: { data: inputs.slice(start, start + 32), shape: [32, 1] },
      }));
    const seen: number[] = [];
    const results = await sweepGhostBatches({
      sizes: [2, 16],
      data,
      makeModel: (size) =>
        new Sequential(
          new Linear(2, 8, { seed: 1 }),
          new BatchNorm1d(8, { ghosts: new GhostBatches(size) }),
          new ReLU(),
          new Linear(8, 1, { seed: 2 }),
        ),
      train: async (model, size) => {
        seen.push(size);
        const optimizer = new SGD(model, { learningRate: 0.01 });
        await fit(model, { data, loss: mse, optimizer, epochs: 1 });
        optimizer.dispose();
      },
      evaluate: async (model) => (await evaluate(model, { data, loss: mse })).loss,
    });
    expect(seen).toEqual([2, 16]);
    expect(results.map(({ size }) => size)).toEqual([2, 16]);
    for (const { running, precise, batch } of results) {
      expect(new Set([running, precise, batch]).size).toBe(3);
      // Running statistics after two steps are far from those of inputs around 3.
      expect(precise).not.toBeCloseTo(running, 3);
    }
    // Larger ghost batches have statistics nearer to those of all data.
    const [small, large] = results.map(({ precise, batch }) => Math.abs(batch - precise));
    expect(large).toBeLessThan(small!);
    expectNoLeak(device(), before);
  });
});
