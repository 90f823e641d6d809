import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  abs,
  avgPool1d,
  avgPool2d,
  clamp,
  elu,
  gelu,
  greater,
  hardtanh,
  leakyRelu,
  maximum,
  maxPool1d,
  maxPool2d,
  minimum,
  power,
  relu,
  rem,
  round,
  sigmoid,
  silu,
  softplus,
  where,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import type { PlainTensor } from "./ask-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

/** Every kink and tie of the functions below, and values far from 0. */
const points: PlainTensor = {
  shape: [14],
  data: [0, 1, -1, 0.5, -0.5, 1.5, 2.5, 3, -3, 20, -20, 80, -80, 1e4],
};
const others: PlainTensor = {
  shape: [14],
  data: [0, 1, 1, -0.5, -0.5, 2, 2.5, -3, -3, 7, 3, 80, -81, 1e4],
};

const unary = (name: string, pytorch: string, ours: (x: Tensor) => Tensor): Comparison => ({
  name,
  pytorch,
  ours: ([x]) => ours(x!),
  inputs: [points],
  outputShape: points.shape,
});

const binary = (name: string, pytorch: string, ours: (a: Tensor, b: Tensor) => Tensor): Comparison => ({
  name,
  pytorch,
  ours: ([a, b]) => ours(a!, b!),
  inputs: [points, others],
  outputShape: points.shape,
});

const pooled = (
  name: string,
  pytorch: string,
  ours: (x: Tensor) => Tensor,
  shape: readonly number[],
  outputShape: readonly number[],
): Comparison => ({ name, pytorch, ours: ([x]) => ours(x!), inputs: [shape], outputShape });

const comparisons: readonly Comparison[] = [
  unary("abs", "x[0].abs()", abs),
  unary("relu", "F.relu(x[0])", relu),
  unary("leaky relu", "F.leaky_relu(x[0], 0.25)", (x) => leakyRelu(x, { negativeSlope: 0.25 })),
  unary("elu", "F.elu(x[0], 1.5)", (x) => elu(x, { alpha: 1.5 })),
  unary("gelu", "F.gelu(x[0])", gelu),
  unary("gelu, tanh", "F.gelu(x[0], approximate='tanh')", (x) => gelu(x, { approximate: "tanh" })),
  unary("silu", "F.silu(x[0])", silu),
  unary("sigmoid", "x[0].sigmoid()", sigmoid),
  unary("softplus", "F.softplus(x[0], beta=0.5)", (x) => softplus(x, { beta: 0.5 })),
  unary("clamp", "x[0].clamp(-1, 0.5)", (x) => clamp(x, { min: -1, max: 0.5 })),
  unary("clamp from below", "x[0].clamp(min=0.5)", (x) => clamp(x, { min: 0.5 })),
  unary("hardtanh", "F.hardtanh(x[0], -1, 0.5)", (x) => hardtanh(x, { min: -1, max: 0.5 })),
  unary("round", "x[0].round()", round),
  unary("square by power", "x[0] ** 2", (x) => power(x, 2)),
  unary("cube", "x[0] ** 3", (x) => power(x, 3)),
  binary("maximum", "torch.maximum(x[0], x[1])", maximum),
  binary("minimum", "torch.minimum(x[0], x[1])", minimum),
  binary("where", "torch.where(x[0] > x[1], x[0], x[1])", (a, b) => where(greater(a, b), a, b)),
  {
    ...binary("remainder", "torch.fmod(x[0], x[1])", rem),
    inputs: [points, { ...others, data: others.data.map((value) => value || 1) }],
  },
  pooled("maximum, pairs", "F.max_pool2d(x[0], 2)", (x) => maxPool2d(x, 2), [2, 3, 9, 18], [2, 3, 4, 9]),
  pooled(
    "maximum, three by three, padded",
    "F.max_pool2d(x[0], 3, 2, 1)",
    (x) => maxPool2d(x, 3, { stride: 2, padding: 1 }),
    [2, 3, 10, 17],
    [2, 3, 5, 9],
  ),
  pooled(
    "maximum, ceil mode",
    "F.max_pool2d(x[0], (3, 2), (2, 3), (1, 1), ceil_mode=True)",
    (x) => maxPool2d(x, [3, 2], { stride: [2, 3], padding: [1, 1], ceilMode: true }),
    [1, 2, 9, 12],
    [1, 2, 5, 5],
  ),
  pooled(
    "maximum, one dimension",
    "F.max_pool1d(x[0], 3, 1, 1)",
    (x) => maxPool1d(x, 3, { stride: 1, padding: 1 }),
    [2, 3, 13],
    [2, 3, 13],
  ),
  pooled(
    "mean, padding counts",
    "F.avg_pool2d(x[0], 3, 2, 1, ceil_mode=True)",
    (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true }),
    [2, 3, 10, 16],
    [2, 3, 6, 9],
  ),
  pooled(
    "mean, padding does not count",
    "F.avg_pool2d(x[0], 3, 2, 1, ceil_mode=True, count_include_pad=False)",
    (x) => avgPool2d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    [2, 3, 10, 16],
    [2, 3, 6, 9],
  ),
  pooled(
    "mean, one dimension",
    "F.avg_pool1d(x[0], 4, 3, 2)",
    (x) => avgPool1d(x, 4, { stride: 3, padding: 2 }),
    [2, 3, 13],
    [2, 3, 5],
  ),
  {
    name: "maximum, ties",
    pytorch: "F.max_pool2d(x[0], 3, 1, 1)",
    ours: ([x]) => maxPool2d(x!, 3, { stride: 1, padding: 1 }),
    inputs: [{ shape: [1, 6, 9], data: Array.from({ length: 54 }, (_, index) => (index * 7) % 3) }],
    outputShape: [1, 6, 9],
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: kinks, ties and windows`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
