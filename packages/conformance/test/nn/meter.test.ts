import { accuracy, crossEntropy, evaluate, f1, Linear, Meter, mse, rocAuc } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, scope, tensor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
import { onCpu } from "../on-cpu.ts";

const backend = onCpu();

const measures = { loss: crossEntropy, metrics: { accuracy, f1: f1(), auc: rocAuc() } };
const batchCount = 70;

/** Batches of different sizes. */
const listBatches = () =>
  Array.from({ length: batchCount }, (_, batch) => {
    const size = 1 + (batch % 3);
    const inputs = Float32Array.from({ length: 2 * size }, (_, index) => Math.sin(7 * batch + 3 * index));
    const labels = Int32Array.from({ length: size }, (_, index) => (batch * batch + index) % 3);
    return { inputs: { data: inputs, shape: [size, 2] }, labels };
  });

function addAll(meter: Meter<Tensor, Tensor, string>, model: Linear): void {
  for (const { inputs, labels } of listBatches()) {
    scope(() => meter.add(model.forward(tensor(inputs.data, { shape: inputs.shape })), tensor(labels)));
  }
}

test("a meter has the values of evaluate, until it is reset, and keeps no memory", async () => {
  const model = new Linear(2, 3, { seed: 1 });
  const expected = await evaluate(model, { data: listBatches, ...measures });
  const { live } = backend().memory();
  const meter = new Meter(measures);
  addAll(meter, model);
  expect(await meter.read()).toEqual(expected);
  expectNoLeak(backend(), live);
  addAll(meter, model);
  const twice = await meter.read();
  expect(twice.examples).toBe(2 * expected.examples);
  expect(twice.metrics.auc).toBeCloseTo(expected.metrics.auc, 12);
  addAll(meter, model);
  meter.reset();
  addAll(meter, model);
  expect(await meter.read()).toEqual(expected);
  expectNoLeak(backend(), live);
});

test("reading nothing, and what is no measure, is rejected by name", async () => {
  await expect(new Meter(measures).read()).rejects.toThrow(
    "Meter.read: found no batches, expected at least one",
  );
  expect(() => new Meter({} as never)).toThrow("Meter: loss: found undefined, expected a function");
  expect(() => new Meter({ loss: crossEntropy, metrics: { wrong: 3 as never } })).toThrow(ArgumentError);
});

test("two reads at once give the same values, and count no batch twice", async () => {
  const meter = new Meter({ loss: mse });
  for (let batch = 0; batch < 70; batch++) meter.add(tensor([1, 2]), tensor([0, 0]));
  const found = await Promise.all([meter.read(), meter.read()]);
  expect(found.map(({ examples, loss }) => [examples, loss])).toEqual([
    [140, 2.5],
    [140, 2.5],
  ]);
  meter.add(tensor([1, 2]), tensor([0, 0]));
  expect((await meter.read()).examples).toBe(142);
});
