import { measureAlongGradient, measureLossSlice, searchAlongGradient } from "@evenkeel/instruments";
import { BatchNorm1d, crossEntropy, Linear, Module, Parameter, ReLU, Sequential } from "@evenkeel/nn";
import { ArgumentError, mul, normal, sum, type Tensor, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

/** The inputs are curvatures: the loss is half the sum of curvature times weight squared. */
class Bowl extends Module {
  weight = new Parameter(tensor([3, -1]));

  forward(curvatures: Tensor): Tensor {
    return mul(mul(curvatures, mul(this.weight.value, this.weight.value)), 0.5);
  }
}
const total = (outputs: Tensor): Tensor => sum(outputs);
const makeBatch = () => ({ inputs: tensor([2, 4]), labels: tensor([0]) });

const makeNet = (): Sequential =>
  new Sequential(
    new Linear(4, 8, { seed: 1 }),
    new BatchNorm1d(8),
    new ReLU(),
    new Linear(8, 3, { seed: 2 }),
  );
const readState = async (model: Module): Promise<number[][]> =>
  Promise.all(
    [...model.namedParameters(), ...model.namedBuffers()].map(async ([, { value }]) => [
      ...(await value.data()),
    ]),
  );

describe("measureAlongGradient", () => {
  test("gives the losses, gradients and smoothness of a quadratic function", async () => {
    const before = device().memory().live;
    const model = new Bowl();
    const batch = makeBatch();
    const line = await measureAlongGradient(model, batch, { loss: total, learningRates: [0.1, 0.5] });
    // The gradient is curvature times weight: [6, -4].
    expect(line.loss).toBeCloseTo(11, 5);
    expect(line.gradientNorm).toBeCloseTo(Math.hypot(6, 4), 5);
    const [small, large] = line.steps;
    // The weight after the step of 0.1 is [2.4, -0.6], its gradient [4.8, -2.4].
    expect(small!.loss).toBeCloseTo(2.4 ** 2 + 2 * 0.6 ** 2, 5);
    expect(small!.gradientDistance).toBeCloseTo(Math.hypot(1.2, 1.6), 5);
    expect(small!.smoothness).toBeCloseTo(Math.hypot(1.2, 1.6) / (0.1 * Math.hypot(6, 4)), 5);
    expect(large!.learningRate).toBe(0.5);
    // The curvature of a quadratic function is the same everywhere.
    expect(large!.smoothness).toBeCloseTo(small!.smoothness, 5);
    expect([...(await model.weight.value.data())]).toEqual([3, -1]);
    for (const one of Object.values(batch)) one.dispose();
    model.dispose();
    expectNoLeak(device(), before);
  });

  test("leaves a network with batch norm as it was, also after an error", async () => {
    const model = makeNet();
    const batch = { inputs: normal([16, 4], { seed: 3 }), labels: tensor(new Int32Array(16)) };
    const before = await readState(model);
    const line = await measureAlongGradient(model, batch, { loss: crossEntropy, learningRates: [0.1] });
    expect(line.steps[0]!.loss).toBeLessThan(line.loss);
    expect(await readState(model)).toEqual(before);
    let calls = 0;
    const failing = (outputs: Tensor, labels: Tensor): Tensor => {
      if (calls++ > 0) throw new Error("no loss");
      return crossEntropy(outputs, labels);
    };
    await expect(measureAlongGradient(model, batch, { loss: failing, learningRates: [0.1] })).rejects.toThrow(
      "no loss",
    );
    expect(await readState(model)).toEqual(before);
  });
});

describe("searchAlongGradient", () => {
  test("finds the ratios of the loss after a step to the loss before it", async () => {
    const model = new Bowl();
    const { loss, points, best } = await searchAlongGradient(model, makeBatch(), {
      loss: total,
      learningRates: [0.1, 0.25, 10, 1e30],
    });
    expect(loss).toBeCloseTo(11, 5);
    expect(points[0]!.ratio).toBeCloseTo(6.48 / 11, 5);
    // The second weight reaches its minimum.
    expect(points[1]!.loss).toBeCloseTo(1.5 ** 2, 5);
    expect(points[2]!.ratio).toBeGreaterThan(100);
    expect(points[3]!.ratio).toBe(Number.POSITIVE_INFINITY);
    expect(best).toBe(0.25);
    expect([...(await model.weight.value.data())]).toEqual([3, -1]);
  });

  test("names no best rate where every step raises the loss", async () => {
    const found = await searchAlongGradient(new Bowl(), makeBatch(), { loss: total, learningRates: [5] });
    expect(found.best).toBeUndefined();
  });
});

/** Its loss is the squared norm of its weights. */
class SquaredNorm extends Module<[x: Tensor]> {
  weight = new Parameter(normal([3, 5], { seed: 4 }));
  bias = new Parameter(tensor([2]));

  forward(): Tensor {
    return sum(mul(this.weight.value, this.weight.value));
  }
}

describe("measureLossSlice", () => {
  const data = () => [{ inputs: { data: Float32Array.of(1), shape: [1, 1] }, labels: Float32Array.of(0) }];
  const itself = (output: Tensor): Tensor => output;

  test("moves each filter by its own norm, and biases not at all", async () => {
    const before = device().memory().live;
    const model = new SquaredNorm();
    const weights = [...(await model.weight.value.data())];
    const squaredNorm = weights.reduce((norm, value) => norm + value * value, 0);
    const options = { data, loss: itself, points: 5, extent: 2 } as const;
    const { positions, losses } = await measureLossSlice(model, options);
    expect(positions).toEqual([-2, -1, 0, 1, 2]);
    const [row] = losses;
    expect(losses).toHaveLength(1);
    expect(row![2]).toBeCloseTo(squaredNorm, 4);
    // |w + a d|^2 + |w - a d|^2 = 2 (1 + a^2) |w|^2 where each row of d has the norm of the row of w.
    expect((row![0]! + row![4]!) / 2).toBeCloseTo(5 * squaredNorm, 3);
    expect((row![1]! + row![3]!) / 2).toBeCloseTo(2 * squaredNorm, 3);
    expect([...(await model.weight.value.data())]).toEqual(weights);
    model.dispose();
    expectNoLeak(device(), before);
  });

  test("draws two directions, which the seed determines", async () => {
    const model = new SquaredNorm();
    const options = { data, loss: itself, points: 3, directions: 2 } as const;
    const surface = await measureLossSlice(model, options);
    expect(surface.losses.map((row) => row.length)).toEqual([3, 3, 3]);
    const curve = await measureLossSlice(model, { ...options, directions: 1 });
    expect(surface.losses[1]).toEqual(curve.losses[0]);
    expect(await measureLossSlice(model, options)).toEqual(surface);
    expect(await measureLossSlice(model, { ...options, seed: 1 })).not.toEqual(surface);
  });

  test("requires an odd number of points", async () => {
    const wrong = measureLossSlice(new SquaredNorm(), { data, loss: itself, points: 4 });
    await expect(wrong).rejects.toThrow(ArgumentError);
    await expect(wrong).rejects.toThrow("measureLossSlice: points: found 4, expected an odd number from 3");
  });
});
