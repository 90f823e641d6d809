import { cpu } from "@evenkeel/backend-cpu";
import {
  avgPool2d,
  type Backend,
  concatenate,
  conv1d,
  conv2d,
  convTranspose2d,
  cumulativeProduct,
  cumulativeSum,
  elu,
  gelu,
  leakyRelu,
  linear,
  logSoftmax,
  logsumexp,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  pad,
  power,
  relu,
  silu,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sum,
  take,
  tanh,
  transpose,
  variance,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const labels = { shape: [6], data: [0, 4, 2, 2, 1, 3], dtype: "i32" } as const;
const square = [7, 9];

const comparisons: readonly Comparison[] = [
  { name: "relu", pytorch: "F.relu(x[0])", ours: ([x]) => relu(x!), inputs: [square], outputShape: square },
  {
    name: "leaky relu",
    pytorch: "F.leaky_relu(x[0], 0.2)",
    ours: ([x]) => leakyRelu(x!, { negativeSlope: 0.2 }),
    inputs: [square],
    outputShape: square,
  },
  { name: "elu", pytorch: "F.elu(x[0])", ours: ([x]) => elu(x!), inputs: [square], outputShape: square },
  { name: "gelu", pytorch: "F.gelu(x[0])", ours: ([x]) => gelu(x!), inputs: [square], outputShape: square },
  { name: "silu", pytorch: "F.silu(x[0])", ours: ([x]) => silu(x!), inputs: [square], outputShape: square },
  {
    name: "softplus",
    pytorch: "F.softplus(x[0])",
    ours: ([x]) => softplus(x!),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "tanh",
    pytorch: "torch.tanh(x[0])",
    ours: ([x]) => tanh(x!),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "maximum, with ties and broadcasting",
    pytorch: "torch.maximum(x[0], x[1])",
    ours: ([a, b]) => maximum(a!, b!),
    inputs: [
      { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      { shape: [3], data: [1, 7, 3] },
    ],
    outputShape: [2, 3],
  },
  { name: "power", pytorch: "x[0] ** 3", ours: ([x]) => power(x!, 3), inputs: [square], outputShape: square },
  {
    name: "sum",
    pytorch: "x[0].sum(dim=(0, 2))",
    ours: ([x]) => sum(x!, { axis: [0, 2] }),
    inputs: [[3, 4, 5]],
    outputShape: [4],
  },
  {
    name: "mean",
    pytorch: "x[0].mean(dim=1, keepdim=True)",
    ours: ([x]) => mean(x!, { axis: 1, keepDims: true }),
    inputs: [[3, 4, 5]],
    outputShape: [3, 1, 5],
  },
  {
    name: "max",
    pytorch: "x[0].amax(dim=-1)",
    ours: ([x]) => max(x!, { axis: -1 }),
    inputs: [[3, 4, 5]],
    outputShape: [3, 4],
  },
  {
    name: "variance",
    pytorch: "x[0].var(dim=0, unbiased=True)",
    ours: ([x]) => variance(x!, { axis: 0, correction: 1 }),
    inputs: [[6, 5]],
    outputShape: [5],
  },
  {
    name: "logsumexp",
    pytorch: "torch.logsumexp(x[0], dim=1)",
    ours: ([x]) => logsumexp(x!, { axis: 1 }),
    inputs: [square],
    outputShape: [7],
  },
  {
    name: "softmax",
    pytorch: "F.softmax(x[0], dim=0)",
    ours: ([x]) => softmax(x!, { axis: 0 }),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "log-softmax",
    pytorch: "F.log_softmax(x[0], dim=1)",
    ours: ([x]) => logSoftmax(x!, { axis: 1 }),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "cross-entropy with label smoothing",
    pytorch: "F.cross_entropy(x[0], x[1], reduction='none', label_smoothing=0.1)",
    ours: ([logits, classes]) => softmaxCrossEntropy(logits!, classes!, { labelSmoothing: 0.1 }),
    inputs: [[6, 5], labels],
    outputShape: [6],
  },
  {
    name: "matrix product, batched and broadcast",
    pytorch: "x[0] @ x[1]",
    ours: ([a, b]) => matmul(a!, b!),
    inputs: [
      [4, 1, 5, 7],
      [3, 7, 6],
    ],
    outputShape: [4, 3, 5, 6],
  },
  {
    name: "matrix product, transposed",
    pytorch: "x[0].T @ x[1].T",
    ours: ([a, b]) => matmul(a!, b!, { transposeA: true, transposeB: true }),
    inputs: [
      [33, 17],
      [21, 33],
    ],
    outputShape: [17, 21],
  },
  {
    name: "linear",
    pytorch: "F.linear(x[0], x[1], x[2])",
    ours: ([x, weight, bias]) => linear(x!, weight!, bias!),
    inputs: [[9, 17], [5, 17], [5]],
    outputShape: [9, 5],
  },
  {
    name: "convolution",
    pytorch: "F.conv2d(x[0], x[1], x[2], padding=1)",
    ours: ([x, weight, bias]) => conv2d(x!, weight!, bias!, { padding: 1 }),
    inputs: [[2, 3, 9, 11], [5, 3, 3, 3], [5]],
    outputShape: [2, 5, 9, 11],
  },
  {
    name: "convolution with stride, dilation and groups",
    pytorch: "F.conv2d(x[0], x[1], None, (2, 1), (1, 2), (1, 2), 2)",
    ours: ([x, weight]) =>
      conv2d(x!, weight!, undefined, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
    inputs: [
      [2, 4, 9, 11],
      [6, 2, 3, 3],
    ],
    outputShape: [2, 6, 5, 11],
  },
  {
    name: "depthwise convolution",
    pytorch: "F.conv2d(x[0], x[1], None, 2, 1, 1, 6)",
    ours: ([x, weight]) => conv2d(x!, weight!, undefined, { stride: 2, padding: 1, groups: 6 }),
    inputs: [
      [2, 6, 8, 7],
      [6, 1, 3, 3],
    ],
    outputShape: [2, 6, 4, 4],
  },
  {
    name: "1x1 convolution",
    pytorch: "F.conv2d(x[0], x[1])",
    ours: ([x, weight]) => conv2d(x!, weight!),
    inputs: [
      [2, 6, 5, 7],
      [9, 6, 1, 1],
    ],
    outputShape: [2, 9, 5, 7],
  },
  {
    name: "convolution of one dimension",
    pytorch: "F.conv1d(x[0], x[1], x[2], 2, 3, 2)",
    ours: ([x, weight, bias]) => conv1d(x!, weight!, bias!, { stride: 2, padding: 3, dilation: 2 }),
    inputs: [[2, 3, 17], [4, 3, 5], [4]],
    outputShape: [2, 4, 8],
  },
  {
    name: "transposed convolution",
    pytorch: "F.conv_transpose2d(x[0], x[1], x[2], 2, 1, 1)",
    ours: ([x, weight, bias]) =>
      convTranspose2d(x!, weight!, bias!, { stride: 2, padding: 1, outputPadding: 1 }),
    inputs: [[2, 4, 5, 6], [4, 3, 3, 3], [3]],
    outputShape: [2, 3, 10, 12],
  },
  {
    name: "max pooling",
    pytorch: "F.max_pool2d(x[0], 3, 2, 1)",
    ours: ([x]) => maxPool2d(x!, 3, { stride: 2, padding: 1 }),
    inputs: [[2, 3, 9, 8]],
    outputShape: [2, 3, 5, 4],
  },
  {
    name: "average pooling",
    pytorch: "F.avg_pool2d(x[0], 3, 2, 1, count_include_pad=False)",
    ours: ([x]) => avgPool2d(x!, 3, { stride: 2, padding: 1, countIncludePad: false }),
    inputs: [[2, 3, 9, 8]],
    outputShape: [2, 3, 5, 4],
  },
  {
    name: "transpose",
    pytorch: "x[0].permute(2, 0, 1)",
    ours: ([x]) => transpose(x!, [2, 0, 1]),
    inputs: [[3, 4, 5]],
    outputShape: [5, 3, 4],
  },
  {
    name: "pad",
    pytorch: "F.pad(x[0], (1, 2, 0, 3), value=0.5)",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 3],
          [1, 2],
        ],
        { value: 0.5 },
      ),
    inputs: [[3, 4]],
    outputShape: [6, 7],
  },
  {
    name: "concatenate",
    pytorch: "torch.cat([x[0], x[1]], dim=1)",
    ours: ([a, b]) => concatenate([a!, b!], { axis: 1 }),
    inputs: [
      [2, 3],
      [2, 4],
    ],
    outputShape: [2, 7],
  },
  {
    name: "embedding",
    pytorch: "F.embedding(x[1], x[0])",
    ours: ([table, rows]) => take(table!, rows!, { axis: 0 }),
    inputs: [[5, 3], labels],
    outputShape: [6, 3],
  },
  {
    name: "cumulative sum",
    pytorch: "torch.cumsum(x[0], dim=1)",
    ours: ([x]) => cumulativeSum(x!, { axis: 1 }),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "cumulative product",
    pytorch: "torch.cumprod(x[0], dim=1)",
    ours: ([x]) => cumulativeProduct(x!, { axis: 1 }),
    inputs: [square],
    outputShape: square,
  },
  {
    name: "cumulative product with zeros",
    pytorch: "torch.cumprod(x[0], dim=0)",
    ours: ([x]) => cumulativeProduct(x!, { axis: 0 }),
    // A column without zeros, and columns with one, two and only zeros.
    inputs: [
      {
        shape: [5, 4],
        data: [0.5, 2, 0, 0, -1.5, 0, 3, 0, 2, -0.5, 0.25, 0, 1.25, 3, 0, 0, -2, 0.75, 1.5, 0],
      },
    ],
    outputShape: [5, 4],
  },
  {
    name: "cumulative product, reversed",
    pytorch: "torch.flip(torch.cumprod(torch.flip(x[0], [1]), dim=1), [1])",
    ours: ([x]) => cumulativeProduct(x!, { reverse: true }),
    inputs: [square],
    outputShape: square,
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: values and gradients`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
