import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { statistics } from "@evenkeel/batchnorm";
import { referenceExecutor, referenceTensor, runConformance } from "@evenkeel/conformance";
import { batches, serveExamples, syntheticFigures } from "@evenkeel/datasets";
import { convnet, GridDetector, resnet18, resnet20, TransformerTranslator } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import {
  crossEntropy,
  Embedding,
  encodeModel,
  Linear,
  MemoryCheckpointStore,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import * as node from "@evenkeel/nn/node";
import { serveRuns } from "@evenkeel/nn/worker";
import {
  buildExpression,
  e,
  getDefaultBackend,
  greater,
  normal,
  ones,
  planLaunch,
  RandomSource,
  tensor,
  zeros,
} from "@evenkeel/tensor";
import * as rules from "@evenkeel/tensor/checks";
import { reluOp } from "@evenkeel/tensor/ops";
import { makeWgslKernel } from "@evenkeel/tensor/wgsl";
import { expect } from "vitest";

/** The value of each name that examples use without saying where it comes from; made anew for every example. */
export type ExampleValues = { readonly [name: string]: () => unknown };

const draw = (...shape: number[]) => normal(shape, { seed: 1, stream: 0 });
const texts = () =>
  tensor(
    [
      [3, 4, 5, 2, 0],
      [6, 7, 8, 4, 2],
    ],
    { dtype: "i32" },
  );
const figures = () => syntheticFigures({ count: 64, seed: 1, part: "train" });
const data = () => batches(figures(), { batchSize: 32, shuffled: true, seed: 1 });
const model = () => convnet({ normalization: "batch", seed: 1 });
const withClassifier = () =>
  Object.assign(new Sequential(), {
    features: new Linear(8, 4, { seed: 1 }),
    classifier: new Linear(4, 2, { seed: 2 }),
  });
const weights = (...shape: [outputs: number, ...number[]]): ExampleValues => ({
  weight: () => draw(...shape),
  bias: () => zeros([shape[0]]),
});
/** Maxima, of which each is the first of its plane. */
const unpooled = (...shape: number[]): ExampleValues => ({
  values: () => draw(...shape),
  indices: () => zeros(shape, { dtype: "i32" }),
});
const perChannel = (count: number): ExampleValues =>
  Object.fromEntries([
    ...["scale", "runningVariance", "oldVariance", "movingVariance", "variance"].map((name) => [
      name,
      () => ones([count]),
    ]),
    ...["shift", "runningMean", "oldMean", "mean"].map((name) => [name, () => zeros([count])]),
  ]);

/** Writes the files that examples read into the working folder. */
export async function writeExampleFiles(): Promise<void> {
  await mkdir("models", { recursive: true });
  await writeFile("models/figures.safetensors", await encodeModel(model()));
  // A small network stands for the large one.
  for (const name of ["model", "resnet18"])
    await writeFile(`${name}.safetensors`, await encodeModel(resnet20()));
  await writeFile("test_batch.bin", new Uint8Array(3073));
  await writeFile("train.bin", new Uint8Array(3074));
  await writePictures();
}

/** Four grey pixels. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgSGEwmgYAApABLQJW6qoAAAAASUVORK5CYII=";

/** The same image in the folders of three kinds of data sets. */
async function writePictures(): Promise<void> {
  const paths = ["photos/train/cat/1.png", "photos/train/dog/2.png", "val2017/1.png"];
  for (const path of paths) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(png, "base64"));
  }
  await mkdir("BCCD/ImageSets/Main", { recursive: true });
  await writeFile("BCCD/ImageSets/Main/train.txt", "BloodImage_00001\n");
  const images = [{ id: 1, file_name: "1.png", width: 2, height: 2 }];
  await writeFile("instances_val2017.json", JSON.stringify({ images, categories: [], annotations: [] }));
}

const fileInput = (saved: () => Module) => async () => ({ files: [new Blob([await encodeModel(saved())])] });

/** A model, and the options with which `fit` trains it. */
function trainingValues(): ExampleValues {
  const trained = model();
  const optimizer = new SGD(trained, { learningRate: 0.1 });
  return {
    model: () => trained,
    options: () => ({ data: data(), loss: crossEntropy, optimizer, epochs: 1 }),
  };
}

const everywhere: ExampleValues = {
  x: () => draw(4, 8),
  y: () => draw(4, 8),
  dy: () => draw(4, 8),
  images: () => draw(4, 1, 28, 28),
  labels: () => tensor([0, 1, 2, 3], { dtype: "i32" }),
  logits: () => draw(4, 10),
  gradients: () => [draw(4, 8), draw(8)],
  step: () => 3,
  epoch: () => 2,
  model,
  train: figures,
  test: data,
  backend: getDefaultBackend,
  readFile: () => readFile,
};

/** Other values for names in one file, below one folder, or in examples that contain some code. Where several fit, the last one counts. */
const within: readonly (readonly [place: string, values: ExampleValues | (() => ExampleValues)])[] = [
  [
    "packages/autodiff/",
    {
      x: () => draw(4, 1, 28, 28),
      dy: () => draw(4, 1, 28, 28),
      teacher: model,
      referenceExecutor: () => referenceExecutor,
    },
  ],
  ["checkGradients(", { x: () => referenceTensor([0.5, 1], { shape: [2], dtype: "f32" }) }],
  [
    "packages/backend-cpu/",
    { expression: () => buildExpression({ inputs: ["f32"] }, ([x]) => e.max(x!, 0)) },
  ],
  [
    "packages/batchnorm/",
    {
      ...perChannel(8),
      x: () => draw(4, 8, 6, 6),
      weight: () => draw(8, 8, 3, 3),
      convolution: () => ({ weight: draw(8, 8, 3, 3) }),
      layer: () => ({ weight: draw(8, 4), bias: zeros([8]) }),
      lengths: () => tensor([3, 5, 1, 4]),
      length: () => 5,
      merged: () => statistics(draw(4, 8)),
      dy: () => draw(4, 8, 6, 6),
      ...Object.fromEntries(["sums", "sumsElsewhere"].map((name) => [name, () => draw(2, 8)])),
      ...Object.fromEntries(["firstHalf", "secondHalf"].map((name) => [name, () => draw(4, 8, 6, 6)])),
      ...Object.fromEntries(["here", "there"].map((name) => [name, () => statistics(draw(4, 8, 6, 6))])),
    },
  ],
  ["packages/batchnorm/src/statistics/", { x: () => draw(32, 8, 14, 14) }],
  ["packages/batchnorm/src/statistics/masked-", { x: () => draw(4, 8, 5) }],
  ["packages/batchnorm/src/batch-norm/masked-", { x: () => draw(4, 8, 5) }],
  [
    "packages/batchnorm/src/arrays.ts",
    {
      x: () => new Float32Array(32 * 64 * 56 * 56),
      dy: () => new Float32Array(4 * 64),
      shape: () => [4, 64],
      scale: () => new Float32Array(64).fill(1),
      shift: () => new Float32Array(64),
      statistics: () => new Float32Array(4 * 64).fill(4, 0, 64),
    },
  ],
  ["batchNormBackward(", { x: () => new Float32Array(4 * 64) }],
  [
    "packages/conformance/",
    {
      // One op instead of all of them.
      runConformance: () => (backend: Parameters<typeof runConformance>[0]) =>
        runConformance(backend, { op: "relu" }),
      test: () => async (_name: string, body: () => Promise<void>) => body(),
      options: () => ({ training: true }),
      expect: () => expect,
    },
  ],
  [
    "packages/datasets/",
    {
      images: () => syntheticFigures({ count: 3000, seed: 1, part: "train" }),
      values: () => new Float32Array(4000),
      read: () => (index: number) => ({ inputs: [index, index + 1], labels: index % 2 }),
      items: async function* () {
        yield* [1, 2, 3];
      },
      use: () => async () => undefined,
      decode: () => (value: unknown) => value,
      module: () => "data:text/javascript,export default (value) => ({ inputs: Float32Array.of(value) })",
      serveExamples: () => (change: never) =>
        serveExamples(change, { addEventListener: () => {}, postMessage: () => {} }),
      // Nothing is fetched while the check runs.
      download: () => async () => undefined,
      fetchPublishedFile: () => async () => new Uint8Array(8),
      readPublishedFile: () => async () => new Uint8Array(8),
      loadImages: () => async () => ({ train: figures(), test: figures() }),
      loadPublished: () => async () => ({ train: figures(), test: figures() }),
      // The module is not that of the decoder, which other examples use.
      setJpegModule: () => () => undefined,
      bytes: () => Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0),
      compressed: async () =>
        new Uint8Array(
          await new Response(
            new Blob(["text"]).stream().pipeThrough(new CompressionStream("gzip")),
          ).arrayBuffer(),
        ),
    },
  ],
  ["packages/datasets/src/formats/", { bytes: () => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7) }],
  [
    'name: "digits"',
    {
      images: () => Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9),
      labels: () => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7),
    },
  ],
  ['name: "mine"', { images: () => new Uint8Array(784), labels: () => new Int32Array(1) }],
  [
    "packages/models/src/detector/",
    {
      model: () =>
        new GridDetector({
          anchors: [
            [8, 8],
            [16, 16],
          ],
          classes: 2,
          seed: 1,
        }),
      x: () => draw(1, 3, 32, 32),
      // A picture with one box, twice: its edges and its class.
      data: () => () => [
        { inputs: draw(2, 3, 32, 32), labels: tensor([[[4, 4, 20, 20, 1]], [[8, 8, 24, 24, 0]]]) },
      ],
    },
  ],
  ["classActivationMap(", { images: () => draw(2, 3, 32, 32) }],
  ["packages/models/src/resnet.ts", { bytes: () => encodeModel(resnet18()) }],
  [
    "packages/nn/",
    {
      bytes: () => encodeModel(model()),
      input: fileInput(model),
      button: () => ({}),
      // A page's private files, and a worker, are tested in a browser.
      OpfsCheckpointStore: () => MemoryCheckpointStore,
      Worker: () => class {},
      runInWorker: () => async () => undefined,
      settings: () => ({}),
      serveRuns: () => (run: unknown) =>
        serveRuns(run as never, { addEventListener: () => {}, postMessage: () => {} }),
    },
  ],
  ["fit(model, { ...options", trainingValues],
  ["registerUndo(", { source: () => new RandomSource(1) }],
  ["packages/nn/src/browser/", { save: () => node.save, load: () => node.load }],
  [
    "packages/nn/src/browser/progress-bar.ts",
    { ProgressBar: () => class {}, document: () => ({}), worker: () => ({}) },
  ],
  ["withNames(model", { model: withClassifier }],
  ['"resnet18.safetensors"', { model: () => resnet20() }],
  ['except: "classifier"', { model: withClassifier, input: fileInput(withClassifier) }],
  ["packages/nn/src/losses/elementwise.ts", { model: () => new Linear(8, 8, { seed: 1 }) }],
  [
    "packages/nn/src/metrics/regression.ts",
    {
      model: () => new Linear(8, 8, { seed: 1 }),
      test: () => () => [{ inputs: draw(4, 8), labels: draw(4, 8) }],
    },
  ],
  ...["bleu", "chrf"].map((name): readonly [string, ExampleValues] => [
    `packages/nn/src/metrics/${name}.ts`,
    {
      model: () => new Embedding(9, 9, { seed: 1 }),
      test: () => () => [{ inputs: texts(), labels: texts() }],
    },
  ]),
  [
    "packages/nn/src/decoding/",
    {
      translator: () =>
        new TransformerTranslator({
          vocabularySize: 12,
          width: 16,
          encoderLayers: 1,
          decoderLayers: 1,
          seed: 1,
        }),
      source: () => ({ values: texts(), mask: greater(texts(), 0) }),
    },
  ],
  [
    "packages/tensor/src/ops/attention/",
    Object.fromEntries(["query", "key", "value"].map((name) => [name, () => draw(2, 3, 5, 8)])),
  ],
  [
    "packages/tensor/src/checks/",
    {
      ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, () => rule])),
      probability: () => 0.5,
      options: () => ({ startAxis: 1 }),
      source: () => new Map(),
    },
  ],
  [
    "packages/tensor/src/core/memory/state-change.ts",
    {
      x: () => draw(4, 1, 28, 28),
      lossAndGradients: () => () => [draw(), []],
      optimizer: () => ({ step: () => undefined }),
      module: () => ({ adopt: () => undefined }),
      statistics: () => draw(4),
    },
  ],
  ["getRandomSource(options.seed)", { options: () => ({ seed: 1 }) }],
  [
    "packages/tensor/src/core/devices/float-elements.ts",
    { limits: () => ({ features: new Set() }), makeWgslKernel: () => makeWgslKernel },
  ],
  [
    "packages/tensor/src/core/plans/plan-launch.ts",
    {
      module: () => "",
      kernels: () => ({ fill: { reads: [], writes: ["y"], parameters: { value: "f64" } } }),
      y: () => ({ output: 0 }),
      work: () => ({ items: 1, chunk: 1 }),
    },
  ],
  [
    "packages/tensor/src/core/plans/wgsl.ts",
    {
      x: () => ({ input: 0 }),
      y: () => ({ output: 0 }),
      work: () => ({ workgroups: [1, 1, 1] }),
      planLaunch: () => planLaunch,
    },
  ],
  ["packages/tensor/src/ops/resampling/", { images: () => draw(1, 8, 28, 28) }],
  ["packages/nn/src/layers/max-unpooling", { x: () => draw(2, 4, 8, 8, 8) }],
  ["daptiveAvgPool1d(", { x: () => draw(2, 8, 100) }],
  ["daptiveMaxPool1d(", { x: () => draw(2, 8, 100) }],
  ["daptiveAvgPool2d(", { x: () => draw(2, 8, 30, 45) }],
  ["daptiveMaxPool2d(", { x: () => draw(2, 8, 30, 45) }],
  ["daptiveAvgPool3d(", { x: () => draw(2, 8, 9, 30, 45) }],
  ["daptiveMaxPool3d(", { x: () => draw(2, 8, 9, 30, 45) }],
  ["avgPool3d(volumes", { volumes: () => draw(2, 16, 32, 32, 32) }],
  ["maxPool3d(volumes", { volumes: () => draw(2, 16, 32, 32, 32) }],
  ["maxPool3dWithIndices(", { volumes: () => draw(2, 8, 16, 16, 16) }],
  ["maxUnpool2d(", unpooled(32, 64, 14, 14)],
  ["maxUnpool3d(", unpooled(2, 8, 8, 8, 8)],
  ["lpPool2d(", { images: () => draw(32, 64, 29, 29) }],
  ["packages/tensor/src/ops/pooling/global-max-pool", { features: () => draw(32, 512, 7, 7) }],
  ["packages/tensor/src/ops/pooling/avg-pool", { images: () => draw(32, 64, 28, 28) }],
  ["packages/tensor/src/ops/pooling/max-pool", { images: () => draw(32, 64, 28, 28) }],
  [
    "packages/tensor/src/ops/convolution/conv-transpose1d",
    { x: () => draw(8, 16, 50), ...weights(16, 8, 2), bias: () => zeros([8]) },
  ],
  [
    "packages/tensor/src/ops/convolution/conv-transpose2d",
    { x: () => draw(8, 16, 14, 14), ...weights(16, 8, 2, 2), bias: () => zeros([8]) },
  ],
  [
    "packages/tensor/src/ops/convolution/conv-transpose3d",
    { x: () => draw(2, 8, 8, 16, 16), ...weights(8, 4, 2, 2, 2), bias: () => zeros([4]) },
  ],
  [
    "packages/tensor/src/ops/convolution/conv3d",
    { x: () => draw(2, 4, 16, 32, 32), ...weights(8, 4, 3, 3, 3) },
  ],
  ["packages/tensor/src/ops/convolution/conv1d", { x: () => draw(8, 4, 100), ...weights(16, 4, 3) }],
  ["packages/tensor/src/ops/convolution/conv2d", { x: () => draw(8, 3, 32, 32), ...weights(16, 3, 3, 3) }],
  ["packages/tensor/src/ops/elementwise/fusion/fuse", { scale: () => ones([8]) }],
  ["packages/tensor/src/ops/pooling/global-average-pool", { features: () => draw(32, 512, 7, 7) }],
  ["packages/tensor/src/ops/matmul/linear", { x: () => draw(32, 784), ...weights(10, 784) }],
  ["packages/tensor/src/ops/reduction/moments", { x: () => draw(2, 3, 4, 4) }],
  ["packages/tensor/src/ops/movement/reshape", { x: () => draw(4, 28, 28) }],
  [
    "packages/tensor/src/safetensors/",
    { input: fileInput(resnet20), response: async () => new Response(await encodeModel(resnet20())) },
  ],
  [
    "packages/tensor/src/core/host-step.ts",
    { x: () => draw(4), sumOverMachines: () => async (own: Float32Array) => own },
  ],
  [
    "packages/tensor/src/core/plans/plan-tables.ts",
    {
      swish: () => reluOp,
      swishPlan: () => () => ({ launches: [], temporaries: [], aliases: [] }),
    },
  ],
  ["packages/tensor/src/node/", { summary: () => ({ epochs: 1 }), work: () => async () => undefined }],
];

/** What an example may use. */
export function exampleValues(file: string, code: string): ExampleValues {
  const fitting = within.filter(([place]) => file.startsWith(place) || code.includes(place));
  return Object.assign(
    {},
    everywhere,
    ...fitting.map(([, values]) => (typeof values === "function" ? values() : values)),
  );
}
