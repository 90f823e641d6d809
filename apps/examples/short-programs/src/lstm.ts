// An LSTM that adds two numbers marked in a sequence (Hochreiter and Schmidhuber 1997, experiment 4).
import {
  Adam, argsort, batches, cast, cpu, evaluate, fit, LSTM, less, Linear, Module, mae, manualSeed, mse, mul, selectBackend, squeeze,
  stack, sum, type Tensor, uniform,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const length = 20;

/** Random numbers, of which two are marked; the label is their sum. */
async function drawSums(count: number) {
  const numbers = uniform([count, length]);
  const marks = cast(less(argsort(uniform([count, length])), 2), "f32");
  const inputs = stack([numbers, marks], { axis: 2 });
  const sums = sum(mul(numbers, marks), { axis: 1, keepDims: true });
  return { inputs: { data: await inputs.data(), shape: inputs.shape }, labels: { data: await sums.data(), shape: sums.shape } };
}

class Adder extends Module {
  lstm = new LSTM(2, 32, { batchFirst: true });
  head = new Linear(32, 1);
  forward(x: Tensor): Tensor {
    const [, [hidden]] = this.lstm.forward(x);
    return this.head.forward(squeeze(hidden, { axis: 0 }));
  }
}

const model = new Adder();
await fit(model, {
  data: batches(await drawSums(2000), { batchSize: 50, shuffled: true }),
  loss: mse,
  optimizer: new Adam(model, { learningRate: 0.01, maxGradientNorm: 1 }),
  epochs: 14,
});
const test = batches(await drawSums(500), { batchSize: 500 });
const { metrics } = await evaluate(model, { data: test, loss: mse, metrics: { mae } });
console.log(`mean absolute error: ${metrics.mae}`);
await backend.close();
