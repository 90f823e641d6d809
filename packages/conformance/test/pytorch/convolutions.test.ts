import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { conv1d, conv2d, convTranspose1d, convTranspose2d } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const comparisons: readonly Comparison[] = [
  {
    name: "same padding of an even window",
    pytorch: "F.conv2d(x[0], x[1], padding='same', dilation=(1, 2))",
    ours: ([x, weight]) => conv2d(x!, weight!, undefined, { padding: "same", dilation: [1, 2] }),
    inputs: [
      [2, 3, 7, 9],
      [4, 3, 2, 4],
    ],
    outputShape: [2, 4, 7, 9],
  },
  {
    name: "same padding at the start, with a stride",
    pytorch: "F.conv2d(F.pad(x[0], (1, 0, 1, 1)), x[1], stride=2)",
    ours: ([x, weight]) => conv2d(x!, weight!, undefined, { padding: "sameLower", stride: 2 }),
    inputs: [
      [2, 3, 7, 8],
      [4, 3, 3, 3],
    ],
    outputShape: [2, 4, 4, 4],
  },
  {
    name: "padding of each side",
    pytorch: "F.conv2d(F.pad(x[0], (3, 1, 0, 2)), x[1], x[2], 2)",
    ours: ([x, weight, bias]) =>
      conv2d(x!, weight!, bias!, {
        stride: 2,
        padding: [
          [0, 2],
          [3, 1],
        ],
      }),
    inputs: [[2, 3, 7, 8], [4, 3, 3, 2], [4]],
    outputShape: [2, 4, 4, 6],
  },
  {
    name: "causal padding of sequences",
    pytorch: "F.conv1d(F.pad(x[0], (4, 0)), x[1], x[2], dilation=2)",
    ours: ([x, weight, bias]) => conv1d(x!, weight!, bias!, { padding: [[4, 0]], dilation: 2 }),
    inputs: [[2, 3, 11], [4, 3, 3], [4]],
    outputShape: [2, 4, 11],
  },
  {
    name: "transposed convolution of sequences",
    pytorch: "F.conv_transpose1d(x[0], x[1], x[2], 3, 1, 2, 2, 2)",
    ours: ([x, weight, bias]) =>
      convTranspose1d(x!, weight!, bias!, {
        stride: 3,
        padding: 1,
        outputPadding: 2,
        groups: 2,
        dilation: 2,
      }),
    inputs: [[2, 4, 6], [4, 3, 3], [6]],
    outputShape: [2, 6, 20],
  },
  {
    name: "transposed convolution, padding of each side",
    pytorch: "F.conv_transpose2d(x[0], x[1], x[2], 2)[:, :, 1:, 0:-2]",
    ours: ([x, weight, bias]) =>
      convTranspose2d(x!, weight!, bias!, {
        stride: 2,
        padding: [
          [1, 0],
          [0, 2],
        ],
      }),
    inputs: [[2, 4, 5, 6], [4, 3, 3, 3], [3]],
    outputShape: [2, 3, 10, 11],
  },
  {
    name: "transposed convolution, twice the size",
    pytorch: "F.conv_transpose2d(x[0], x[1], x[2], 2)[:, :, :-1, :-1]",
    ours: ([x, weight, bias]) => convTranspose2d(x!, weight!, bias!, { stride: 2, padding: "same" }),
    inputs: [[2, 4, 5, 6], [4, 3, 3, 3], [3]],
    outputShape: [2, 3, 10, 12],
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: convolutions`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
