import { expect, test } from "vitest";
import * as ops from "../index.ts";
import { RecordingBackend } from "../testing/recording-backend.ts";

const backend = new RecordingBackend();
await ops.loadPlans(backend.languages);
const of = (...shape: number[]): ops.Tensor => ops.zeros(shape, { backend });
const indices = ops.zeros([2], { backend, dtype: "i32" });
const [row, matrix, image, sequence] = [of(6), of(4, 6), of(2, 3, 8, 8), of(2, 3, 8)];
const [volume, indexed, positions] = [of(3, 6, 5, 4), of(2), ops.zeros([2, 2], { backend, dtype: "i32" })];
const key = { seed: 1, backend };

type Call = (options: never) => unknown;

/** A call of each operation that takes options, an option of its own that is right, and wrong values. */
const calls: readonly (readonly [name: string, call: Call, right: object, ...wrong: object[]])[] = [
  ["arange", (o) => ops.arange(0, 3, o), { backend, step: 2 }, { step: "1" }, { dtype: "f64" }],
  ["argmax", (o) => ops.argmax(matrix, o), { axis: 1, keepDims: true }, { axis: 2 }, { keepDims: 1 }],
  ["argmin", (o) => ops.argmin(matrix, o), { axis: 1 }, { axis: "1" }],
  [
    "avgPool3d",
    (o) => ops.avgPool3d(volume, 2, o),
    { divisorOverride: 2 },
    { divisorOverride: 0 },
    { dilation: 1 },
  ],
  ["avgPool1d", (o) => ops.avgPool1d(row, 2, o), { countIncludePad: false }, { countIncludePad: 0 }],
  ["avgPool2d", (o) => ops.avgPool2d(image, 2, o), { stride: [1, 2] }, { stride: 0 }, { ceilMode: "yes" }],
  ["bernoulli", (o) => ops.bernoulli([2], 0.5, o), key, { seed: 0.5, backend }, { stream: 1, backend }],
  ["celu", (o) => ops.celu(row, o), { alpha: 2 }, { alpha: 0 }],
  [
    "clamp",
    (o) => ops.clamp(row, o),
    { min: 0 },
    {},
    { min: "a" },
    { min: Number.NaN },
    { min: 0, max: "1" },
  ],
  ["concatenate", (o) => ops.concatenate([row, row], o), { axis: 0 }, { axis: null }],
  ["conv1d", (o) => ops.conv1d(sequence, of(4, 3, 3), undefined, o), { padding: "same" }, { stride: [1, 1] }],
  ["conv2d", (o) => ops.conv2d(image, of(4, 3, 3, 3), undefined, o), { padding: 1 }, { groups: 0.5 }],
  [
    "conv3d",
    (o) => ops.conv3d(of(1, 2, 3, 4, 5), of(4, 2, 3, 3, 3), undefined, o),
    { padding: [1, [0, 1], 1] },
    { stride: [1, 1] },
    { padding: "full" },
  ],
  [
    "convTranspose3d",
    (o) => ops.convTranspose3d(of(1, 2, 3, 4, 5), of(2, 4, 2, 2, 2), undefined, o),
    { stride: 2 },
    { outputPadding: 1 },
  ],
  [
    "convTranspose1d",
    (o) => ops.convTranspose1d(sequence, of(3, 4, 2), undefined, o),
    { stride: 2 },
    { padding: "valid" },
  ],
  [
    "convTranspose2d",
    (o) => ops.convTranspose2d(image, of(3, 4, 2, 2), undefined, o),
    { stride: 2 },
    { dilation: 0 },
    { padding: null },
  ],
  ["cumulativeProduct", (o) => ops.cumulativeProduct(row, o), { reverse: true }, { exclusive: 1 }],
  ["cumulativeSum", (o) => ops.cumulativeSum(row, o), { reverse: true }, { exclusive: "no" }],
  ["diagonal", (o) => ops.diagonal(matrix, o), { offset: 1 }, { offset: 0.5 }, { axis: 1 }],
  ["elu", (o) => ops.elu(row, o), { alpha: 2 }, { alpha: Number.NaN }],
  ["eye", (o) => ops.eye(2, o), { backend, columns: 3 }, { columns: -1, backend }],
  [
    "full",
    (o) => ops.full([2], 1, o),
    { backend, dtype: "i32" },
    { backend: "cpu" },
    { dtype: "int32", backend },
  ],
  ["gather", (o) => ops.gather(row, indices, o), { axis: 0 }, { outOfRange: "nan" }],
  ["gelu", (o) => ops.gelu(row, o), { approximate: "tanh" }, { approximate: true }],
  ["glu", (o) => ops.glu(row, o), { axis: 0 }, { axis: 1 }],
  ["hardshrink", (o) => ops.hardshrink(row, o), { lambda: 1 }, { lambda: -1 }],
  ["hardtanh", (o) => ops.hardtanh(row, o), { min: 0 }, { min: 2 }, { min: "0" }, { min: null }],
  ["indexAdd", (o) => ops.indexAdd(of(2), indices, o), { size: 3 }, { size: 3, outOfRange: 1 }],
  ["leakyRelu", (o) => ops.leakyRelu(row, o), { negativeSlope: 0.2 }, { negativeSlope: "0.2" }],
  [
    "linear",
    (o) => ops.linear(matrix, of(5, 6), undefined, o),
    { activation: "relu" },
    { activation: "rleu" },
    { activation: null },
    { activation: 1 },
  ],
  ["linspace", (o) => ops.linspace(0, 1, 3, o), { backend }, { dtype: 3 }],
  ["logSoftmax", (o) => ops.logSoftmax(row, o), { axis: 0 }, { axis: 1 }],
  ["logsumexp", (o) => ops.logsumexp(row, o), { axis: [0] }, { axis: "0" }],
  ["matmul", (o) => ops.matmul(matrix, matrix, o), { transposeB: true }, { transposeA: 1 }],
  ["max", (o) => ops.max(row, o), { keepDims: true }, { axis: [0, 0] }],
  ["lpPool1d", (o) => ops.lpPool1d(row, 2, 2, o), { ceilMode: true }, { padding: 1 }, { stride: [1, 1] }],
  ["lpPool2d", (o) => ops.lpPool2d(image, 2, 2, o), { stride: 1 }, { stride: 0 }],
  ["maxPool1dWithIndices", (o) => ops.maxPool1dWithIndices(row, 2, o), { dilation: 2 }, { dilation: 0 }],
  [
    "maxPool2dWithIndices",
    (o) => ops.maxPool2dWithIndices(image, 2, o),
    { padding: "same" },
    { padding: "full" },
  ],
  ["maxPool3d", (o) => ops.maxPool3d(volume, 2, o), { stride: [1, 2, 2] }, { stride: [1, 1] }],
  [
    "maxPool3dWithIndices",
    (o) => ops.maxPool3dWithIndices(volume, 2, o),
    { padding: [1, [0, 1], 1] },
    { padding: [1, 1] },
  ],
  [
    "maxUnpool1d",
    (o) => ops.maxUnpool1d(indexed, indices, 2, o),
    { outputSize: [5] },
    { outputSize: [9] },
    { padding: -1 },
  ],
  ["maxUnpool2d", (o) => ops.maxUnpool2d(of(2, 2), positions, 2, o), { stride: 3 }, { outputSize: [4] }],
  [
    "maxUnpool3d",
    (o) => ops.maxUnpool3d(of(1, 1, 1), ops.zeros([1, 1, 1], { backend, dtype: "i32" }), 2, o),
    { outputSize: [3, 2, 2] },
    { kernel: 2 },
  ],
  ["maxPool1d", (o) => ops.maxPool1d(row, 2, o), { stride: 1 }, { padding: -1 }],
  ["maxPool2d", (o) => ops.maxPool2d(image, 2, o), { padding: 1 }, { stride: [1, 1, 1] }, { stride: null }],
  ["mean", (o) => ops.mean(matrix, o), { axis: -1 }, { axis: null }],
  ["moments", (o) => ops.moments(matrix, o), { correction: 1 }, { correction: true }, { axis: 5 }],
  [
    "normal",
    (o) => ops.normal([2], o),
    { ...key, mean: 1 },
    { ...key, deviation: -1 },
    { ...key, mean: "1" },
  ],
  ["pad", (o) => ops.pad(row, [[1, 1]], o), { value: 2 }, { value: "x" }, { mode: "circular" }],
  ["randomBits", (o) => ops.randomBits([2], o), { ...key, stream: 3 }, { seed: 1, stream: -1, backend }],
  ["chunk", (o) => ops.chunk(row, 2, o), { axis: 0 }, { axis: 1 }],
  ["unbind", (o) => ops.unbind(row, o), { axis: 0 }, { axis: "0" }],
  ["roll", (o) => ops.roll(row, 2, o), { axis: 0 }, { axis: 1 }, { axis: "0" }],
  ["repeatInterleave", (o) => ops.repeatInterleave(row, 2, o), { axis: 0 }, { axis: 1 }],
  ["scatter", (o) => ops.scatter(row, indices, 1, o), { axis: 0 }, { axis: 1 }, { reduction: "sum" }],
  [
    "scatterReduce",
    (o) => ops.scatterReduce(row, indices, of(2), o),
    { reduction: "sum" },
    {},
    { reduction: "prod" },
    { reduction: "sum", includeSelf: 1 },
  ],
  ["gatherNd", (o) => ops.gatherNd(row, ops.reshape(indices, [2, 1]), o), { batchDims: 0 }, { axis: 0 }],
  [
    "scatterNd",
    (o) => ops.scatterNd(row, ops.reshape(indices, [2, 1]), of(2), o),
    { reduction: "max" },
    { reduction: "mean" },
  ],
  ["segmentSum", (o) => ops.segmentSum(of(2), indices, o), { size: 3 }, {}, { size: 3, axis: 0 }],
  ["nanToNum", (o) => ops.nanToNum(row, o), { nan: 1 }, { nan: "0" }, { posinf: 1 }],
  ["any", (o) => ops.any(row, o), { axis: 0 }, { axis: 1 }],
  ["all", (o) => ops.all(row, o), { keepDims: true }, { keepDims: 1 }],
  ["norm", (o) => ops.norm(row, o), { p: 1 }, { p: Number.NaN }, { order: 1 }],
  ["standardDeviation", (o) => ops.standardDeviation(row, o), { correction: 1 }, { correction: 2 }],
  ["sort", (o) => ops.sort(row, o), { descending: true }, { descending: 1 }, { axis: 1 }],
  ["quantile", (o) => ops.quantile(row, 0.5, o), { interpolation: "lower" }, { interpolation: "cubic" }],
  ["median", (o) => ops.median(row, o), { axis: 0 }, { axis: 1 }],
  ["bincount", (o) => ops.bincount(indices, o), { size: 2 }, {}, { size: 2, weights: 1 }],
  ["searchsorted", (o) => ops.searchsorted(row, row, o), { side: "right" }, { side: "middle" }],
  ["slice", (o) => ops.slice(row, o), { begin: [1] }, { begin: 1 }, { begin: [0], step: 2 }],

  [
    "resize",
    (o) => ops.resize(image, o),
    { size: 4 },
    { size: 4, scaleFactor: 2 },
    { size: [4, 4, 4] },
    { scaleFactor: 0 },
    { size: 4, mode: "bilinear" },
    { size: 4, mode: "nearest", alignCorners: true },
    { size: 4, mode: "area", antialias: true },
    { size: 4, recomputeScaleFactor: true },
  ],
  ["softmax", (o) => ops.softmax(row, o), { axis: 0 }, { axis: 0.5 }],
  [
    "softmaxCrossEntropy",
    (o) => ops.softmaxCrossEntropy(of(2, 5), indices, o),
    { labelSmoothing: 0.1 },
    { labelSmoothing: 1 },
    { ignoreIndex: 0.5 },
    { ignoreIndex: "1" },
  ],
  ["softmin", (o) => ops.softmin(row, o), { axis: 0 }, { axis: 0.5 }],
  ["softplus", (o) => ops.softplus(row, o), { beta: 2 }, { beta: 0 }],
  ["softshrink", (o) => ops.softshrink(row, o), { lambda: 0 }, { lambda: "1" }],
  ["split", (o) => ops.split(row, 2, o), { axis: 0 }, { axis: "0" }],
  ["stack", (o) => ops.stack([row, row], o), { axis: 1 }, { axis: 3 }],
  ["sum", (o) => ops.sum(matrix, o), { axis: [0, 1] }, { axis: [0.5] }],
  ["take", (o) => ops.take(row, indices, o), { outOfRange: "zero" }, { axis: null }, { negative: true }],
  ["tensor", (o) => ops.tensor([1, 2], o), { backend, dtype: "i32" }, { shape: [-2], backend }],
  ["topK", (o) => ops.topK(row, 2, o), { largest: false }, { largest: 1 }],
  [
    "uniform",
    (o) => ops.uniform([2], o),
    { ...key, low: -1 },
    { ...key, high: Infinity },
    { ...key, low: 2 },
  ],
  ["variance", (o) => ops.variance(row, o), { correction: 1 }, { correction: 2 }],
];

/** What a call throws. */
function catchError(call: Call, options: object | null): unknown {
  try {
    call(options as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const [name, call, right, ...wrong] of calls) {
  test(`${name} rejects unknown options and wrong values`, () => {
    call(right as never);
    const unknown = `${Object.keys(right)[0]}s`;
    expect(catchError(call, { ...right, [unknown]: 1 })).toMatchObject({
      name: "ArgumentError",
      message: expect.stringContaining(`found the option "${unknown}", expected one of: `),
    });
    for (const options of [...wrong, null]) {
      expect(catchError(call, options), JSON.stringify(options)).toBeInstanceOf(ops.ArgumentError);
    }
  });
}
