import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { grad } from "@evenkeel/autodiff";
import { convnet } from "@evenkeel/models";
import {
  accuracy,
  confusionMatrix,
  crossEntropy,
  evaluate,
  f1,
  fit,
  Linear,
  perplexity,
  rocAuc,
  SGD,
} from "@evenkeel/nn";
import type { Tensor, UnfreedTensors } from "@evenkeel/tensor";
import { mul, normal, reportLeaks, scope, sum } from "@evenkeel/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

let leaks: UnfreedTensors[] = [];
beforeEach(() => {
  leaks = [];
  reportLeaks((found) => leaks.push(...found));
});
afterEach(() => reportLeaks(false));

/** Waits for the report of an expected leak. */
async function collectMarked(): Promise<readonly UnfreedTensors[]> {
  const isMark = ({ spec }: UnfreedTensors): boolean => spec?.shape[0] === 12_345;
  (() => void normal([12_345], { seed: 1 }))();
  for (let round = 0; round < 100 && !leaks.some(isMark); round++) {
    collect();
    await setTimeout(1);
  }
  expect(leaks.filter(isMark)).toHaveLength(1);
  return leaks.filter((leak) => !isMark(leak));
}

const images = Float32Array.from({ length: 8 * 784 }, (_, index) => Math.sin(index));
const data = () => [{ inputs: { data: images, shape: [8, 1, 28, 28] }, labels: new Int32Array(8) }];

async function trainAndEvaluate(): Promise<void> {
  using model = convnet({ seed: 1 });
  using weight = normal([10], { seed: 2 });
  const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9 });
  const metrics = {
    accuracy,
    f1: f1(),
    confusion: confusionMatrix(),
    auc: rocAuc(),
    perplexity: perplexity(),
  };
  const loss = (logits: Tensor, labels: Tensor) =>
    crossEntropy(logits, labels, { weight, labelSmoothing: 0.1 });
  const measures = { data, loss, metrics };
  await fit(model, { ...measures, validation: data, optimizer, epochs: 3 });
  await evaluate(model, measures);
  scope(() => void model.forward(normal([2, 1, 28, 28], { seed: 1 })));
  optimizer.dispose();
}

test("training and evaluation leak nothing", async () => {
  await trainAndEvaluate();
  expect(await collectMarked()).toEqual([]);
});

test("an undisposed model is reported by the operations that created its parameters", async () => {
  (() => void new Linear(3, 2, { seed: 1 }))();
  const found = await collectMarked();
  expect(found.map(({ spec }) => spec!.shape)).toEqual([[2, 3], [2]]);
  expect(found.map(({ op }) => op)).toEqual(["uniform", "uniform"]);
});

test("undisposed gradients are reported, and nothing that the tape held", async () => {
  using x = normal([3, 5], { seed: 1 });
  const square = grad((a: Tensor) => sum(mul(a, a)));
  (() => void square(x))();
  const found = await collectMarked();
  expect(found.map(({ spec, tensors }) => [spec!.shape, tensors])).toEqual([[[3, 5], 1]]);
});
