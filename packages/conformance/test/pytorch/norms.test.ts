import { cpu } from "@evenkeel/backend-cpu";
import { groupNorm, instanceNorm, layerNorm, rmsNorm, standardizeWeight } from "@evenkeel/batchnorm/norms";
import {
  Conv2d,
  crossEntropy,
  Flatten,
  fit,
  GlobalAveragePool,
  GroupNorm,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  Linear,
  type Module,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { type Backend, setDefaultBackend, type Tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Comparison,
  checkComparison,
  expectClose,
  place,
  plainValues,
  readAnswers,
} from "./against-pytorch.ts";
import { askPytorch, type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const images = [4, 6, 5, 7];

const comparisons: readonly Comparison[] = [
  {
    name: "layer norm",
    pytorch: "F.layer_norm(x[0], (19,), x[1], x[2])",
    ours: ([x, scale, shift]) => layerNorm(x!, 19, { scale, shift }),
    inputs: [[3, 5, 19], [19], [19]],
    outputShape: [3, 5, 19],
  },
  {
    name: "layer norm over two dimensions, of another epsilon",
    pytorch: "F.layer_norm(x[0], (5, 7), x[1], x[2], 0.1)",
    ours: ([x, scale, shift]) => layerNorm(x!, [5, 7], { scale, shift, epsilon: 0.1 }),
    inputs: [images, [5, 7], [5, 7]],
    outputShape: images,
  },
  {
    name: "layer norm of x alone",
    pytorch: "F.layer_norm(x[0], (256,))",
    ours: ([x]) => layerNorm(x!, 256),
    inputs: [[8, 256]],
    outputShape: [8, 256],
  },
  {
    // PyTorch 1.13 has no rms_norm: this is the definition in the documentation of 2.4.
    name: "RMS norm",
    pytorch: "x[0] / (x[0].pow(2).mean(-1, keepdim=True) + 2.0 ** -23).sqrt() * x[1]",
    ours: ([x, scale]) => rmsNorm(x!, 33, { scale }),
    inputs: [[3, 5, 33], [33]],
    outputShape: [3, 5, 33],
  },
  {
    name: "RMS norm without scale",
    pytorch: "x[0] / (x[0].pow(2).mean((-2, -1), keepdim=True) + 0.01).sqrt()",
    ours: ([x]) => rmsNorm(x!, [5, 7], { epsilon: 0.01 }),
    inputs: [images],
    outputShape: images,
  },
  ...[1, 2, 3, 6].map((groups) => ({
    name: `group norm, ${groups} groups`,
    pytorch: `F.group_norm(x[0], ${groups}, x[1], x[2])`,
    ours: ([x, scale, shift]: readonly Tensor[]) => groupNorm(x!, groups, { scale, shift }),
    inputs: [images, [6], [6]],
    outputShape: images,
  })),
  {
    name: "group norm of features",
    pytorch: "F.group_norm(x[0], 3, x[1], x[2])",
    ours: ([x, scale, shift]) => groupNorm(x!, 3, { scale, shift }),
    inputs: [[5, 12], [12], [12]],
    outputShape: [5, 12],
  },
  {
    name: "group norm of x alone",
    pytorch: "F.group_norm(x[0], 2)",
    ours: ([x]) => groupNorm(x!, 2),
    inputs: [images],
    outputShape: images,
  },
  {
    name: "instance norm",
    pytorch: "F.instance_norm(x[0], None, None, x[1], x[2])",
    ours: ([x, scale, shift]) => instanceNorm(x!, { scale, shift }).y,
    inputs: [images, [6], [6]],
    outputShape: images,
  },
  {
    name: "instance norm of volumes, x alone",
    pytorch: "F.instance_norm(x[0])",
    ours: ([x]) => new InstanceNorm3d(3).forward(x!),
    inputs: [[2, 3, 2, 5, 4]],
    outputShape: [2, 3, 2, 5, 4],
  },
  {
    // As in the ResNetV2 of timm.
    name: "standardized weight",
    pytorch: "F.batch_norm(x[0].reshape(1, 6, -1), None, None, training=True, eps=1e-6).reshape(x[0].shape)",
    ours: ([weight]) => standardizeWeight(weight!),
    inputs: [[6, 4, 3, 3]],
    outputShape: [6, 4, 3, 3],
  },
];

describe.skipIf(skipWithoutPytorch)(pytorchTitle, () => {
  let backend: Backend;
  let answers: ReturnType<typeof readAnswers>;
  beforeAll(async () => {
    backend = await cpu({ threads: 2 }).open();
    setDefaultBackend(backend);
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  test.each(comparisons.map(({ name }) => name))("%s", async (name) => {
    await checkComparison(answers.get(name)!, backend);
  });

  test("running statistics of instance norm, and what they normalize", async () => {
    const batches = [0, 1].map((index) => plainValues(`instances ${index}`, [3, 6, 4, 5]));
    const make = "torch.nn.InstanceNorm2d(6, momentum=0.3, track_running_stats=True).double()";
    const [answer] = askPytorch([
      {
        task: "evaluate",
        expression: `(lambda m: (m(x[0]), m(x[1]), m.running_mean * 1, m.running_var * 1, m.eval()(x[0])))(${make})`,
        inputs: batches,
        outputGradients: [],
      },
    ]);
    const layer = new InstanceNorm2d(6, { momentum: 0.3, trackRunningStats: true });
    const placed = batches.map((one) => place(one, backend));
    const trained = placed.map((x) => layer.forward(x));
    const { runningMean, runningVariance } = layer;
    const found = [...trained, runningMean!.value, runningVariance!.value, layer.eval().forward(placed[0]!)];
    for (const [index, expected] of answer.outputs.entries()) {
      expectClose(await found[index]!.data(), expected, 2e-6, `output ${index}`);
    }
    expect(layer.numBatchesTracked!.value).toBe(0);
  });
});

interface Network {
  readonly name: string;
  /** The same layers in PyTorch. */
  readonly pytorch: string;
  readonly build: () => Module;
}

const networks: readonly Network[] = [
  {
    name: "group and instance norm",
    pytorch:
      "nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.GroupNorm(4, 8), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.InstanceNorm2d(8, affine=True, track_running_stats=True), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))",
    build: () =>
      new Sequential(
        new Conv2d(1, 8, 3, { padding: 1, seed: 1 }),
        new GroupNorm(4, 8),
        new ReLU(),
        new Conv2d(8, 8, 3, { padding: 1, seed: 2 }),
        new InstanceNorm2d(8, { affine: true, trackRunningStats: true }),
        new ReLU(),
        new GlobalAveragePool(),
        new Flatten(),
        new Linear(8, 10, { seed: 3 }),
      ),
  },
  {
    name: "layer norm",
    pytorch:
      "nn.Sequential(nn.LayerNorm([1, 8, 8]), nn.Flatten(), nn.Linear(64, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 10))",
    build: () =>
      new Sequential(
        new LayerNorm([1, 8, 8]),
        new Flatten(),
        new Linear(64, 32, { seed: 1 }),
        new LayerNorm(32),
        new ReLU(),
        new Linear(32, 10, { seed: 2 }),
      ),
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: 20 steps of training`, () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 2 }).open();
    setDefaultBackend(backend);
  });
  afterAll(() => backend.close());

  const batches = Array.from({ length: 20 }, (_, step) => {
    const noise = plainValues(`batch ${step}`, [16, 1, 8, 8]);
    const labels = Array.from({ length: 16 }, (_, image) => (image * 7 + step * 3) % 10);
    const inputs = noise.data.map((value, index) => value + labels[Math.floor(index / 64)]! / 2 - 2.25);
    return { inputs, shape: noise.shape, labels };
  });
  const recipe = { learningRate: 0.05, momentum: 0.9 };

  test.each(networks)("with $name: losses and the final state", async ({ pytorch, build }) => {
    const model = build();
    const initial = await readPlainState(model);
    const [{ float32, float64 }] = askPytorch([
      { task: "train", model: pytorch, state: initial, batches, ...recipe },
    ]);
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
    const deviate = (losses: readonly number[]): number =>
      Math.max(...float64.losses.map((loss, step) => Math.abs(losses[step]! - loss) / Math.abs(loss)));
    expect(deviate(history.batches.map(({ loss }) => loss))).toBeLessThanOrEqual(
      3 * Math.max(1e-5, deviate(float32.losses)),
    );
    const state = await readPlainState(model);
    expect(Object.keys(state)).toEqual(Object.keys(float64.state));
    for (const [name, expected] of Object.entries(float64.state)) {
      // As in `training.test.ts`.
      expectClose(state[name]!.data, expected, 3e-4, name);
    }
  });
});

const readPlainState = async (model: Module): Promise<{ [name: string]: PlainTensor }> =>
  Object.fromEntries(
    [...(await readStateArrays(model))].map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data, Number) },
    ]),
  );
