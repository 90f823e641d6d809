// Fine-tuning on few examples: a new head, and batch norms that keep the statistics of the data they were trained on.
import {
  accuracy, add, arange, BatchNorm, BatchNorm2d, batches, Conv2d, cos, cpu, crossEntropy, evaluate, fit, floor, GlobalAveragePool,
  Linear, MaxPool2d, manualSeed, mul, normal, ReLU, reshape, Sequential, SGD, selectBackend, sin, uniform,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const size = 16;

/** Noisy stripes; the label is their direction, or whether they are steep. */
async function drawStripes(count: number, classes: 4 | 2) {
  const directions = floor(mul(uniform([count, 1, 1]), 4));
  const angles = mul(directions, Math.PI / 4);
  const [x, y] = [reshape(arange(0, size), [1, size]), reshape(arange(0, size), [size, 1])];
  const distances = add(mul(cos(angles), x), mul(sin(angles), y));
  const waves = sin(add(mul(distances, 1.5), mul(uniform([count, 1, 1]), 2 * Math.PI)));
  const images = await add(waves, normal([count, size, size])).data();
  const labels = Int32Array.from(await directions.data(), (direction) => (classes === 4 ? direction : direction % 2));
  return { inputs: { data: images, shape: [count, 1, size, size] }, labels };
}

const body = new Sequential(
  new Conv2d(1, 8, 3, { padding: 1, bias: false }), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
  new Conv2d(8, 16, 3, { padding: 1, bias: false }), new BatchNorm2d(16), new ReLU(), new GlobalAveragePool(),
);

async function train(model: Sequential, classes: 4 | 2, count: number, learningRate: number) {
  const data = batches(await drawStripes(count, classes), { batchSize: 50, shuffled: true });
  await fit(model, { data, loss: crossEntropy, optimizer: new SGD(model, { learningRate, momentum: 0.9 }), epochs: 6 });
  const test = batches(await drawStripes(500, classes), { batchSize: 250 });
  return (await evaluate(model, { data: test, loss: crossEntropy, metrics: { accuracy } })).metrics.accuracy;
}

const pretrained = new Sequential(body, new Linear(16, 4));
console.log(`accuracy of four directions: ${await train(pretrained, 4, 1500, 0.05)}`);

for (const [, layer] of body.namedModules()) if (layer instanceof BatchNorm) layer.eval();
const tuned = new Sequential(body, new Linear(16, 2));
console.log(`accuracy: ${await train(tuned, 2, 100, 0.02)}`);
await backend.close();
