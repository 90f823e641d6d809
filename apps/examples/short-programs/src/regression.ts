// Regression with batch norm: a curve from noisy points, a schedule of the learning rate, error and R2 of the validation.
import {
  AdamW, add, BatchNorm1d, batches, cosine, cpu, div, fit, Linear, mae, manualSeed, mse, mul, normal, predict, r2, ReLU, Sequential,
  selectBackend, sin, uniform,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);

/** Noisy points of the curve sin(3 x) / (1 + x^2). */
async function drawPoints(count: number) {
  const x = uniform([count, 1], { low: -3, high: 3 });
  const y = add(div(sin(mul(x, 3)), add(1, mul(x, x))), mul(normal([count, 1]), 0.05));
  return { inputs: { data: await x.data(), shape: x.shape }, labels: { data: await y.data(), shape: y.shape } };
}

const model = new Sequential(
  new Linear(1, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 1),
);
const history = await fit(model, {
  data: batches(await drawPoints(2000), { batchSize: 100, shuffled: true }),
  validation: batches(await drawPoints(500), { batchSize: 500 }),
  loss: mse,
  optimizer: new AdamW(model, { learningRate: 0.01 }),
  schedule: cosine(0.01, { steps: 20 * 20 }),
  epochs: 20,
  metrics: { mae, r2: r2() },
});
const places = { data: Float32Array.of(-1, 0, 0.5), shape: [3, 1] };
const curve = await predict(model, { data: () => [{ inputs: places }] });
console.log(`y at -1, 0 and 0.5: ${curve.data}`);
const { validation } = history.epochs.at(-1)!;
console.log(`mean absolute error: ${validation!.metrics.mae}`);
console.log(`R2: ${validation!.metrics.r2}`);
await backend.close();
