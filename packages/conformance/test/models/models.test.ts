import { valueAndGrad } from "@evenkeel/autodiff";
import {
  convnet,
  lenet,
  mlp,
  mobilenetV2,
  mobilenetV3Small,
  ResNet,
  resnet18,
  resnet20,
  vgg,
} from "@evenkeel/models";
import { Bottleneck, crossEntropy, type Module, SGD } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { normal, scope, sum, tensor } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const device = onCpu();

const models: [string, (normalization: "batch" | "none") => Module, number[]][] = [
  ["mlp", (normalization) => mlp({ normalization, seed: 1 }), [4, 1, 28, 28]],
  ["lenet", (normalization) => lenet({ normalization, seed: 1 }), [4, 1, 28, 28]],
  ["convnet", (normalization) => convnet({ normalization, seed: 1 }), [4, 1, 28, 28]],
  ["vgg", (normalization) => vgg({ normalization, stages: [[8, 8], [16]], seed: 1 }), [4, 3, 8, 8]],
  ["resnet20", (normalization) => resnet20({ normalization, seed: 1 }), [4, 3, 16, 16]],
  ["resnet18", (normalization) => resnet18({ normalization, classes: 10, seed: 1 }), [4, 3, 32, 32]],
  [
    "mobilenetV2",
    (normalization) => mobilenetV2({ normalization, classes: 10, width: 0.25, seed: 1 }),
    [4, 3, 32, 32],
  ],
  [
    "mobilenetV3Small",
    (normalization) => mobilenetV3Small({ normalization, classes: 10, width: 0.25, seed: 1 }),
    [4, 3, 32, 32],
  ],
  [
    "a ResNet of bottlenecks",
    (normalization) =>
      new ResNet(
        {
          stem: { kernel: 3, stride: 1, channels: 8 },
          hasPool: false,
          channels: [16, 32, 32],
          blocks: [2, 1, 2],
          makeBlock: (before, after, options) => new Bottleneck(before, after, options),
        },
        { normalization, seed: 1 },
      ),
    [4, 3, 16, 16],
  ],
];

describe.each(models)("%s", (_name, make, shape) => {
  test.each(["batch", "none"] as const)(
    "goes forwards and backwards (normalization %s)",
    async (normalization) => {
      using model = make(normalization);
      const x = normal(shape, { seed: 2 });
      const labels = tensor(Int32Array.of(0, 1, 2, 3));
      const differentiate = valueAndGrad(model, () => {
        const logits = model.forward(x);
        expect(logits.shape).toEqual([4, 10]);
        return crossEntropy(logits, labels);
      });
      const [loss, gradients] = differentiate();
      expect(await loss.item()).toBeGreaterThan(0);
      const sums = await Promise.all(gradients.map((gradient) => sum(gradient).item()));
      expect(sums.every(Number.isFinite)).toBe(true);
      const isZero = await Promise.all(
        gradients.map(async (gradient) => (await gradient.data()).every((v) => v === 0)),
      );
      expect(isZero.filter(Boolean)).toEqual([]);
    },
  );

  test("starts with the same weights with batch norm and without", async () => {
    using normalized = make("batch");
    using plain = make("none");
    const readWeights = (model: Module): Tensor[] =>
      [...model.parameters()].map(({ value }) => value).filter(({ rank }) => rank > 1);
    const [a, b] = [readWeights(normalized), readWeights(plain)];
    expect(a).toHaveLength(b.length);
    for (const [index, weight] of a.entries()) {
      const [left, right] = await Promise.all([weight.data(), b[index]!.data()]);
      expect(Buffer.from(left.buffer).equals(Buffer.from(right.buffer))).toBe(true);
    }
  });
});

test("resnet20 memorizes a batch, and frees the memory of its steps", async () => {
  using model = resnet20({ seed: 1 });
  const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9 });
  const x = normal([8, 3, 16, 16], { seed: 3 });
  const labels = tensor(Int32Array.from({ length: 8 }, (_, index) => index));
  const differentiate = valueAndGrad(model, () => crossEntropy(model.forward(x), labels));
  const step = async (): Promise<number> => {
    using loss = scope(() => {
      const [value, gradients] = differentiate();
      optimizer.step(gradients);
      return value;
    });
    return loss.item();
  };
  const first = await step();
  const { live } = device().memory();
  let last = first;
  for (let index = 0; index < 7; index++) last = await step();
  expect(last).toBeLessThan(first / 4);
  expectNoLeak(device(), live);
  optimizer.dispose();
});

test("a disposed model has freed its memory", () => {
  const { live } = device().memory();
  resnet20({ seed: 1 }).dispose();
  expectNoLeak(device(), live);
});
