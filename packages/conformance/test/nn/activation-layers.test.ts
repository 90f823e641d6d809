import { grad } from "@evenkeel/autodiff";
import type { Module } from "@evenkeel/nn";
import {
  CELU,
  GLU,
  Hardshrink,
  Hardsigmoid,
  Hardswish,
  Hardtanh,
  LogSigmoid,
  LogSoftmax,
  Mish,
  mse,
  PReLU,
  ReLU6,
  RReLU,
  SELU,
  SGD,
  Softmax,
  Softmax2d,
  Softmin,
  Softshrink,
  Softsign,
  Tanhshrink,
  Threshold,
  trainStep,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { cast, DTypeError, full, normal, ShapeError, softmax, sum, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

test.each<[() => Module, number]>([
  [() => new ReLU6(), 0],
  [() => new Hardtanh({ min: -0.5 }), -0.5],
  [() => new Hardsigmoid(), 1 / 3],
  [() => new Hardswish(), -1 / 3],
  [() => new Threshold(0, 7), 7],
  [() => new SELU(), -1.11133074],
  [() => new CELU({ alpha: 2 }), -0.78693868],
  [() => new Mish(), -0.30340146],
  [() => new LogSigmoid(), -1.31326169],
  [() => new Softsign(), -0.5],
  [() => new Softshrink({ lambda: 0.25 }), -0.75],
  [() => new Hardshrink(), -1],
  [() => new Tanhshrink(), -0.23840584],
  [() => new PReLU(), -0.25],
  [() => new RReLU().eval(), -(1 / 8 + 1 / 3) / 2],
  [() => new Softmax(), 1],
  [() => new LogSoftmax(), 0],
  [() => new Softmin(), 1],
])("activation %# at -1", async (make, expected) => {
  expect((await values(make().forward(tensor([-1]))))[0]).toBeCloseTo(expected, 6);
});

test("softmax layers take the axis that they are given, by default the last", async () => {
  const x = normal([2, 3, 4, 5], { seed: 1 });
  const expectAxis = async (layer: Module, axis: number | readonly number[]): Promise<void> =>
    expect(await values(layer.forward(x))).toEqual(await values(softmax(x, { axis })));
  await expectAxis(new Softmax(), 3);
  await expectAxis(new Softmax({ axis: [1, 2] }), [1, 2]);
  await expectAxis(new Softmax2d(), 1);
  expect(() => new Softmax2d().forward(normal([2, 3]))).toThrow(ShapeError);
});

test("a gated linear unit halves an axis, whose size must be even", async () => {
  const y = new GLU({ axis: 0 }).forward(tensor([3, 8, 0, Math.log(3)]));
  expect((await values(y)).map((one) => one.toFixed(5))).toEqual(["1.50000", "6.00000"]);
  expect(() => new GLU().forward(tensor([1, 2, 3]))).toThrow("GLU: glu: x: found [3], expected an even size");
});

describe("PReLU", () => {
  test("trains its slopes, without weight decay", async () => {
    const layer = new PReLU(2, { init: 0.5 });
    expect([...layer.parameters()].map(({ isDecayed }) => isDecayed)).toEqual([false]);
    expect(Object.keys(layer.stateDict())).toEqual(["weight"]);
    const step = trainStep(layer, mse, new SGD(layer, { learningRate: 1, weightDecay: 0.5 }));
    step(tensor([[-1, 1]]), tensor([[0, 0]]));
    // The gradient of the first slope is 2 (-0.5) (-1) / 2; the second is not used.
    expect(await values(layer.weight.value)).toEqual([0, 0.5]);
  });

  test("names the shapes that do not fit", () => {
    expect(() => new PReLU(3).forward(normal([2, 4, 5]))).toThrow(
      "PReLU 3: prelu: weight: found [3] for x [2, 4, 5], expected [1] or [4]",
    );
  });
});

describe("RReLU", () => {
  test("draws slopes between its bounds in training, new ones in every call", async () => {
    const layer = new RReLU({ lower: 0.1, upper: 0.3, seed: 1 });
    const x = full([10_000], -1);
    const slopes = (await values(layer.forward(x))).map((y) => -y);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.0999);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(0.3001);
    // The mean of 10,000 slopes has a standard deviation of 0.00058; the tolerance is six of them.
    expect(Math.abs(slopes.reduce((total, slope) => total + slope, 0) / 10_000 - 0.2)).toBeLessThan(0.0035);
    expect((await values(layer.forward(x))).map((y) => -y)).not.toEqual(slopes);
    expect(await values(new RReLU({ lower: 0.1, upper: 0.3, seed: 1 }).forward(x))).toEqual(
      slopes.map((slope) => -slope),
    );
  });

  test("uses the slopes of the forward pass in its gradient", async () => {
    const [layer, replay] = [new RReLU({ seed: 1 }), new RReLU({ seed: 1 })];
    const x = tensor([-1, 2, -1, 3]);
    const gradient = await values(grad((input: Tensor) => sum(layer.forward(input)))(x));
    const y = await values(replay.forward(x));
    expect(gradient).toEqual([-y[0]!, 1, -y[2]!, 1]);
    expect(() => layer.forward(cast(x, "i32"))).toThrow(DTypeError);
  });
});
