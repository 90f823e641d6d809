// A convolutional network of one's own, early stopping, and a confusion matrix.
import {
  accuracy, add, arange, BatchNorm2d, batches, Conv2d, confusionMatrix, cos, cpu, crossEntropy, EarlyStopping, evaluate, fit, floor,
  GlobalAveragePool, Linear, MaxPool2d, manualSeed, mul, normal, ReLU, reshape, Sequential, SGD, selectBackend, sin, uniform,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const size = 16;

/** Noisy stripes, whose direction is the label. */
async function drawStripes(count: number) {
  const labels = floor(mul(uniform([count, 1, 1]), 4));
  const angles = mul(labels, Math.PI / 4);
  const [x, y] = [reshape(arange(0, size), [1, size]), reshape(arange(0, size), [size, 1])];
  const distances = add(mul(cos(angles), x), mul(sin(angles), y));
  const waves = sin(add(mul(distances, 1.5), mul(uniform([count, 1, 1]), 2 * Math.PI)));
  const images = await add(waves, mul(normal([count, size, size]), 2)).data();
  return { inputs: { data: images, shape: [count, 1, size, size] }, labels: Int32Array.from(await labels.data()) };
}

const train = batches(await drawStripes(1500), { batchSize: 50, shuffled: true });
const validation = batches(await drawStripes(500), { batchSize: 250 });
const test = batches(await drawStripes(500), { batchSize: 250 });

const model = new Sequential(
  new Conv2d(1, 8, 3, { padding: 1, bias: false }), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
  new Conv2d(8, 16, 3, { padding: 1, bias: false }), new BatchNorm2d(16), new ReLU(), new GlobalAveragePool(), new Linear(16, 4),
);
const stopping = new EarlyStopping({ patience: 2 });
await fit(model, {
  data: train,
  validation,
  loss: crossEntropy,
  optimizer: new SGD(model, { learningRate: 0.05, momentum: 0.9 }),
  epochs: 12,
  callbacks: [stopping],
});

const metrics = { accuracy, confusion: confusionMatrix() };
const result = await evaluate(model, { data: test, loss: crossEntropy, metrics });
console.log(`best epoch: ${stopping.bestEpoch}`);
console.log(result.details?.confusion);
console.log(`accuracy: ${result.metrics.accuracy}`);
await backend.close();
