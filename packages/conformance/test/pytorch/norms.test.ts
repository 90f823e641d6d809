import { cpu } from "@evenkeel/backend-cpu";
import {
  batchRenorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  standardizeWeight,
} from "@evenkeel/batchnorm/norms";
import {
  BatchNorm1d,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  fit,
  GlobalAveragePool,
  GroupNorm,
  InstanceNorm2d,
  LayerNorm,
  Linear,
  type Module,
  preciseBatchNorm,
  ReLU,
  readStateArrays,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { type Backend, setDefaultBackend, type Tensor, tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectNoLeak } from "../expect-no-leak.ts";
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
    name: "batch renormalization, limits reached in some channels",
    pytorch:
      "(lambda x, w, b, rm, rv: (lambda mu, sigma, running: ((x - mu) / sigma * (sigma / running).clamp(1 / 1.2, 1.2).detach() + ((mu - rm) / running).clamp(-0.1, 0.1).detach()) * w + b)(x.mean((0, 2, 3), keepdim=True), (x.var((0, 2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt(), (rv + 1e-5).sqrt()))(x[0], *[p.reshape(-1, 1, 1) for p in (x[1], x[2])], torch.tensor([-0.2, 0.0, 0.05, 0.1, 0.02, 1]).double().reshape(-1, 1, 1), torch.tensor([0.5, 1, 1.3, 1.4, 2, 4]).double().reshape(-1, 1, 1))",
    ours: ([x, scale, shift]) =>
      batchRenorm(x!, {
        scale,
        shift,
        runningMean: tensor([-0.2, 0, 0.05, 0.1, 0.02, 1]),
        runningVariance: tensor([0.5, 1, 1.3, 1.4, 2, 4]),
        training: true,
        rMax: 1.2,
        dMax: 0.1,
      }).y,
    inputs: [images, [6], [6]],
    outputShape: images,
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

  test("precise statistics: those of all inputs of each norm, of which each batch is normalized by its own", async () => {
    const inputs = [
      plainValues("data", [22, 5]),
      plainValues("first", [7, 5]),
      plainValues("second", [3, 7]),
    ];
    const [answer] = askPytorch([
      {
        task: "evaluate",
        expression:
          "(lambda h: (lambda g: (h.mean(0), h.var(0), g.mean(0), g.var(0)))(torch.cat([F.relu(F.batch_norm(b, None, None, training=True)) @ x[2].T for b in h.split(6)])))(x[0] @ x[1].T)",
        inputs,
        outputGradients: [],
      },
    ]);
    const take = (index: number) => () => place(inputs[index]!, backend);
    const [first, second] = [new BatchNorm1d(7), new BatchNorm1d(3)];
    const model = new Sequential(
      new Linear(5, 7, { bias: false, weightInit: take(1) }),
      first,
      new ReLU(),
      new Dropout(0.5),
      new Linear(7, 3, { bias: false, weightInit: take(2) }),
      second,
    );
    const batches = [0, 6, 12, 18].map((begin) => {
      const end = Math.min(begin + 6, 22);
      const data = Float32Array.from(inputs[0]!.data.slice(begin * 5, end * 5));
      return { inputs: { data, shape: [end - begin, 5] } };
    });
    const { live } = backend.memory();
    await preciseBatchNorm(model, () => batches);
    expectNoLeak(backend, live);
    const variables = [first, second].flatMap((norm) => [norm.runningMean!, norm.runningVariance!]);
    for (const [index, { value }] of variables.entries()) {
      expectClose(await value.data(), answer.outputs[index]!, 2e-6, `output ${index}`);
    }
    expect(second.numBatchesTracked!.value).toBe(4);
    expect([...model.namedModules()].every(([, module]) => module.isTraining)).toBe(true);
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
