import { cpu } from "@evenkeel/backend-cpu";
import type { Backend } from "@evenkeel/tensor";
import { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "@evenkeel/tensor";
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
  {
    name: "convolution of volumes",
    pytorch: "F.conv3d(x[0], x[1], x[2], padding=1)",
    ours: ([x, weight, bias]) => conv3d(x!, weight!, bias!, { padding: 1 }),
    inputs: [[2, 8, 5, 8, 9], [8, 8, 3, 3, 3], [8]],
    outputShape: [2, 8, 5, 8, 9],
    // Sums of 216 terms, in tiles.
    tolerance: 8e-6,
  },
  {
    name: "convolution of volumes with stride, dilation and groups",
    pytorch: "F.conv3d(x[0], x[1], x[2], (2, 1, 2), (1, 2, 0), (1, 2, 1), 2)",
    ours: ([x, weight, bias]) =>
      conv3d(x!, weight!, bias!, { stride: [2, 1, 2], padding: [1, 2, 0], dilation: [1, 2, 1], groups: 2 }),
    inputs: [[2, 4, 5, 6, 7], [6, 2, 3, 3, 2], [6]],
    outputShape: [2, 6, 3, 6, 3],
  },
  {
    name: "convolution along the depth",
    pytorch: "F.conv3d(x[0], x[1], None, (2, 1, 1), (1, 0, 0)).relu()",
    ours: ([x, weight]) =>
      conv3d(x!, weight!, undefined, { stride: [2, 1, 1], padding: [1, 0, 0], activation: "relu" }),
    inputs: [
      [2, 3, 7, 4, 5],
      [4, 3, 3, 1, 1],
    ],
    outputShape: [2, 4, 4, 4, 5],
  },
  {
    name: "transposed convolution of volumes",
    pytorch: "F.conv_transpose3d(x[0], x[1], x[2], (2, 1, 3), 1, (1, 0, 2), 2)",
    ours: ([x, weight, bias]) =>
      convTranspose3d(x!, weight!, bias!, {
        stride: [2, 1, 3],
        padding: 1,
        outputPadding: [1, 0, 2],
        groups: 2,
      }),
    inputs: [[2, 4, 3, 4, 5], [4, 3, 3, 3, 3], [6]],
    outputShape: [2, 6, 6, 4, 15],
  },
  {
    name: "transposed convolution of volumes, twice the size",
    pytorch: "F.conv_transpose3d(x[0], x[1], x[2], 2).relu()",
    ours: ([x, weight, bias]) => convTranspose3d(x!, weight!, bias!, { stride: 2, activation: "relu" }),
    inputs: [[1, 3, 3, 4, 5], [3, 2, 2, 2, 2], [2]],
    outputShape: [1, 2, 6, 8, 10],
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
