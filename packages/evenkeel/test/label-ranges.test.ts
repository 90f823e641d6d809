import { cpu } from "@evenkeel/backend-cpu";
import { batches } from "@evenkeel/datasets";
import { accuracy, crossEntropy, evaluate, fit, Linear, nll, Sequential, SGD } from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { logSoftmax, selectBackend, setDefaultBackend, tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let backend: Backend;
beforeAll(async () => {
  backend = await selectBackend([cpu({ threads: 2 })]);
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await backend.close();
});

const points = Float32Array.from({ length: 200 }, (_, index) => Math.sin(3 * index));
/** 1 and 2, where the two classes are 0 and 1. */
const shifted = Int32Array.from({ length: 100 }, (_, index) => 1 + (index % 2));
const source = () =>
  batches(
    { inputs: { data: points, shape: [100, 2] }, labels: shifted },
    { batchSize: 20, shuffled: true, seed: 1 },
  );

function network(): Sequential {
  return new Sequential(new Linear(2, 2, { seed: 1 }));
}

const readWeights = async (model: Sequential): Promise<number[]> => {
  const [weight] = model.parameters();
  return [...(await weight!.value.data())];
};

describe("labels that are not classes", () => {
  const losses = {
    crossEntropy,
    nll: (logits: Tensor, labels: Tensor) => nll(logSoftmax(logits), labels),
  };

  test.each(Object.entries(losses))(
    "of batches are refused before %s has changed anything",
    async (name, loss) => {
      const model = network();
      const before = await readWeights(model);
      const optimizer = new SGD(model, { learningRate: 0.1 });
      const run = fit(model, { data: source(), loss, optimizer, epochs: 2 });
      await expect(run).rejects.toThrow(
        new RegExp(
          `^fit: epoch 0, batch 0 \\(step 0\\): ${name}: labels: found 2 at position \\d+, expected an integer in \\[0, 2\\)`,
        ),
      );
      expect(await readWeights(model)).toEqual(before);
    },
  );

  test("are reported by evaluate too", async () => {
    const pass = evaluate(network(), { data: source(), loss: crossEntropy, metrics: { accuracy } });
    await expect(pass).rejects.toThrow(/^evaluate: batch 0: crossEntropy: labels: found 2 at position/);
  });

  test("on the device end the run with their error, which no later read gets", async () => {
    const model = network();
    const data = () =>
      Array.from({ length: 5 }, () => ({
        inputs: tensor([
          [1, 2],
          [3, 4],
        ]),
        labels: tensor([1, 2], { dtype: "i32" }),
      }));
    const optimizer = new SGD(model, { learningRate: 0.1 });
    const run = fit(model, { data, loss: crossEntropy, optimizer, epochs: 2, metrics: { accuracy } });
    await expect(run).rejects.toThrow(/^softmaxCrossEntropy: labels: found \d outside of \[0, 2\)/);
    expect([...(await tensor([1, 2]).data())]).toEqual([1, 2]);
  });
});

test("the error for labels of another dtype says how to make them i32", () => {
  const floats = tensor([0, 1]);
  const logits = tensor([
    [1, 2],
    [3, 4],
  ]);
  for (const [name, f] of Object.entries({ crossEntropy, nll, accuracy })) {
    expect(() => f(logits, floats)).toThrow(
      `${name}: labels: found f32 [2], expected i32: an Int32Array, or`,
    );
  }
});

test("accuracy with one logit throws an error that names it", () => {
  const labels = tensor([[0], [1]], { dtype: "i32" });
  expect(() => accuracy(tensor([[1], [2]]), labels)).toThrow(
    "accuracy: found logits [2, 1] and labels [2, 1], expected [..., classes] and [...], or [n, classes, ...] and [n, ...], of at least two classes",
  );
});

test("a model without trainable parameters is rejected", async () => {
  const model = network();
  const optimizer = new SGD(model, { learningRate: 0.1 });
  model.freeze();
  await expect(fit(model, { data: source(), loss: crossEntropy, optimizer, epochs: 1 })).rejects.toThrow(
    "fit: model: found no trainable parameter",
  );
});
