import { cpu } from "@evenkeel/backend-cpu";
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Flatten,
  fit,
  GlobalAveragePool,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { type Backend, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeOn } from "../devices.ts";
import { openWebgpu } from "../webgpu/support.ts";
import { plainValues } from "./against-pytorch.ts";
import {
  askPytorch,
  type PlainTensor,
  pytorchTitle,
  skipWithoutPytorch,
  type TrainedModel,
} from "./ask-pytorch.ts";

const steps = 20;
const batchSize = 32;
const side = 12;
const recipe = { learningRate: 0.05, momentum: 0.9 };

/** The same layers as `convnet` in layers.py, and therefore the same names. */
function convnet(): Module {
  return new Sequential(
    new Conv2d(1, 8, 3, { padding: 1, bias: false, seed: 1 }),
    new BatchNorm2d(8),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 16, 3, { padding: 1, bias: false, seed: 2 }),
    new BatchNorm2d(16),
    new ReLU(),
    new GlobalAveragePool(),
    new Flatten(),
    new Linear(16, 10, { seed: 3 }),
  );
}

async function plainState(model: Module): Promise<{ [name: string]: PlainTensor }> {
  return Object.fromEntries(
    [...(await readStateArrays(model))].map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data, Number) },
    ]),
  );
}

/** Noise whose brightness depends on the class, which can be learned within a few steps. */
const batches = Array.from({ length: steps }, (_, step) => {
  const noise = plainValues(`batch ${step}`, [batchSize, 1, side, side]);
  const labels = Array.from({ length: batchSize }, (_, image) => (image * 7 + step * 3) % 10);
  const inputs = noise.data.map(
    (value, index) => value + labels[Math.floor(index / (side * side))]! / 2 - 2.25,
  );
  return { inputs, shape: noise.shape, labels };
});

const deviations = (losses: readonly number[], truth: readonly number[]): number[] =>
  truth.map((loss, step) => Math.abs(losses[step]! - loss) / Math.abs(loss));

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: a whole training run`, () => {
  describe("on the CPU", () => agreesWithPytorch(() => cpu({ threads: 2 }).open()));
  describeOn("webgpu", "on WebGPU", () => agreesWithPytorch(() => openWebgpu()));
});

function agreesWithPytorch(open: () => Promise<Backend>): void {
  let backend: Backend;
  let float32: TrainedModel;
  let float64: TrainedModel;
  let losses: number[];
  let state: { [name: string]: PlainTensor };

  beforeAll(async () => {
    backend = await open();
    setDefaultBackend(backend);
    const model = convnet();
    const question = { task: "train", state: await plainState(model), ...recipe, batches } as const;
    [{ float32, float64 }] = askPytorch([question]);
    const history = await fit(model, {
      data: () =>
        batches.map(({ inputs, shape, labels }) => ({
          inputs: { data: Float32Array.from(inputs), shape },
          labels: Int32Array.from(labels),
        })),
      loss: crossEntropy,
      optimizer: new SGD(model, recipe),
      epochs: 1,
    });
    losses = history.batches.map(({ loss }) => loss);
    state = await plainState(model);
  });
  afterAll(() => backend.close());

  test("the recipe learns, and float32 PyTorch stays close to float64 PyTorch on it", () => {
    expect(float64.losses.at(-1)).toBeLessThan(0.8 * float64.losses[0]!);
    expect(Math.max(...deviations(float32.losses, float64.losses))).toBeLessThan(1e-4);
  });

  test("losses deviate from float64 PyTorch at most 3 times as far as those of float32 PyTorch", () => {
    const yardstick = Math.max(1e-5, ...deviations(float32.losses, float64.losses));
    expect(losses).toHaveLength(steps);
    expect(Math.max(...deviations(losses, float64.losses))).toBeLessThanOrEqual(3 * yardstick);
  });

  test("weights, running statistics and counters end at PyTorch's values", () => {
    expect(Object.keys(state)).toEqual(Object.keys(float64.state));
    for (const [name, expected] of Object.entries(float64.state)) {
      const scale = Math.max(...expected.data.map(Math.abs));
      const error = (found: PlainTensor): number =>
        Math.max(...expected.data.map((value, index) => Math.abs(value - found.data[index]!))) / scale;
      // As for the losses; the floor for weights is ten times higher, because they accumulate the rounding errors of
      // 20 steps.
      expect(error(state[name]!), name).toBeLessThanOrEqual(3 * Math.max(1e-4, error(float32.state[name]!)));
      expect(state[name]!.shape, name).toEqual(expected.shape);
    }
    expect(state["1.num_batches_tracked"]!.data).toEqual([steps]);
  });
}
