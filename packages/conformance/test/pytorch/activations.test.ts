import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, Tensor } from "@evenkeel/tensor";
import {
  celu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  logSigmoid,
  logSoftmax,
  mish,
  prelu,
  relu6,
  selu,
  softmin,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import type { PlainTensor } from "./ask-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

/** Every kink of the functions below, and values far from 0. */
const points: PlainTensor = {
  shape: [19],
  data: [0, 1, -1, 0.5, -0.5, 0.25, -0.25, 1.5, 3, -3, 6, -6, 2.9, -2.9, 20, -20, 80, -80, 1e4],
};

const unary = (name: string, pytorch: string, ours: (x: Tensor) => Tensor): Comparison => ({
  name,
  pytorch,
  ours: ([x]) => ours(x!),
  inputs: [points],
  outputShape: points.shape,
});

const comparisons: readonly Comparison[] = [
  unary("relu6", "F.relu6(x[0])", relu6),
  unary("hardsigmoid", "F.hardsigmoid(x[0])", hardsigmoid),
  {
    ...unary("hardswish", "F.hardswish(x[0])", hardswish),
    // PyTorch 1.13 has two slopes at 3: one in vectors, another in what is left over.
    inputs: [{ ...points, data: points.data.map((x) => (Math.abs(x) === 3 ? 1.01 * x : x)) }],
  },
  unary("softshrink", "F.softshrink(x[0], 0.25)", (x) => softshrink(x, { lambda: 0.25 })),
  unary("hardshrink", "F.hardshrink(x[0])", hardshrink),
  unary("tanhshrink", "F.tanhshrink(x[0])", tanhshrink),
  unary("threshold", "F.threshold(x[0], 0.5, 20)", (x) => threshold(x, 0.5, 20)),
  unary("selu", "F.selu(x[0])", selu),
  unary("celu", "F.celu(x[0], 1.5)", (x) => celu(x, { alpha: 1.5 })),
  unary("logSigmoid", "F.logsigmoid(x[0])", logSigmoid),
  unary("mish", "F.mish(x[0])", mish),
  unary("softsign", "F.softsign(x[0])", softsign),
  unary("softmin", "F.softmin(x[0], dim=0)", softmin),
  unary("log-softmax", "F.log_softmax(x[0], dim=0)", logSoftmax),
  {
    name: "prelu, a weight for each channel",
    pytorch: "F.prelu(x[0], x[1])",
    ours: ([x, weight]) => prelu(x!, weight!),
    inputs: [[2, 3, 5, 7], [3]],
    outputShape: [2, 3, 5, 7],
  },
  {
    name: "prelu, one weight, at zeros",
    pytorch: "F.prelu(x[0], x[1])",
    ours: ([x, weight]) => prelu(x!, weight!),
    inputs: [points, { shape: [1], data: [0.25] }],
    outputShape: points.shape,
  },
  {
    name: "glu of channels",
    pytorch: "F.glu(x[0], dim=1)",
    ours: ([x]) => glu(x!, { axis: 1 }),
    inputs: [[3, 10, 7]],
    outputShape: [3, 5, 7],
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: activations`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
