/** Runs in a separate process: trains on the device, and ends as requested. */
import { webgpu } from "@evenkeel/backend-webgpu";
import { BatchNorm1d, crossEntropy, fit, Linear, ReLU, Sequential, SGD } from "@evenkeel/nn";
import { selectBackend } from "@evenkeel/tensor";

const backend = await selectBackend([webgpu({ software: true })]);
const model = new Sequential(
  new Linear(2, 16, { seed: 1 }),
  new BatchNorm1d(16),
  new ReLU(),
  new Linear(16, 2, { seed: 2 }),
);
const points = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * index));
const labels = Int32Array.from({ length: 32 }, (_, point) =>
  Number(points[2 * point]! > points[2 * point + 1]!),
);
const { batches } = await fit(model, {
  data: () => [{ inputs: { data: points, shape: [32, 2] }, labels }],
  loss: crossEntropy,
  optimizer: new SGD(model, { learningRate: 0.1 }),
  epochs: 5,
});
if (process.argv[2] === "close") await backend.close();
console.log(batches.at(-1)!.loss);
