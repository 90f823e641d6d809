import { cpu } from "@evenkeel/backend-cpu";
import type { Backend, IndexedMaxima, Tensor } from "@evenkeel/tensor";
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  add,
  avgPool2d,
  avgPool3d,
  cast,
  globalMaxPool,
  lpPool1d,
  lpPool2d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  mul,
} from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const pooled = (
  name: string,
  pytorch: string,
  ours: (x: Tensor) => Tensor,
  shape: readonly number[],
  outputShape: readonly number[],
): Comparison => ({ name, pytorch, ours: ([x]) => ours(x!), inputs: [shape], outputShape });

/** The maxima times their positions, counted from 1. */
const located = ({ values, indices }: IndexedMaxima): Tensor => mul(values, add(cast(indices, "f32"), 1));
const locatedBy = (call: string): string => `(lambda y, i: y * (i + 1))(*F.${call}, return_indices=True))`;

/** Whole numbers, of which many are equal. */
const ties = (shape: readonly number[]) => ({
  shape,
  data: Array.from({ length: shape.reduce((a, b) => a * b) }, (_, index) => (index * 7) % 5),
});

const comparisons: readonly Comparison[] = [
  pooled(
    "maximum, dilated",
    "F.max_pool2d(x[0], (2, 3), (2, 1), (1, 0), (3, 2))",
    (x) => maxPool2d(x, [2, 3], { stride: [2, 1], padding: [1, 0], dilation: [3, 2] }),
    [2, 3, 10, 17],
    [2, 3, 5, 13],
  ),
  pooled(
    "maximum, padded as in TensorFlow",
    "F.max_pool2d(F.pad(x[0], (0, 1, 0, 1), value=-1e9), 3, 2)",
    (x) => maxPool2d(x, 3, { stride: 2, padding: "same" }),
    [2, 3, 8, 10],
    [2, 3, 4, 5],
  ),
  pooled(
    "mean, padded as in Keras",
    "F.avg_pool2d(F.pad(x[0], (0, 1, 0, 1)), 2, 1) / F.avg_pool2d(F.pad(torch.ones(1, 1, 5, 7), (0, 1, 0, 1)), 2, 1)",
    (x) => avgPool2d(x, 2, { stride: 1, padding: "same" }),
    [2, 3, 5, 7],
    [2, 3, 5, 7],
  ),
  pooled(
    "mean, with a divisor",
    "F.avg_pool2d(x[0], 3, 2, 1, divisor_override=4)",
    (x) => avgPool2d(x, 3, { stride: 2, padding: 1, divisorOverride: 4 }),
    [2, 3, 9, 8],
    [2, 3, 5, 4],
  ),
  pooled(
    "maximum of volumes",
    "F.max_pool3d(x[0], (2, 3, 3), (1, 2, 2), (1, 1, 1), ceil_mode=True)",
    (x) => maxPool3d(x, [2, 3, 3], { stride: [1, 2, 2], padding: 1, ceilMode: true }),
    [2, 3, 5, 8, 7],
    [2, 3, 6, 5, 4],
  ),
  pooled(
    "maximum of volumes, dilated",
    "F.max_pool3d(x[0], 2, 1, 0, (2, 1, 3))",
    (x) => maxPool3d(x, 2, { stride: 1, dilation: [2, 1, 3] }),
    [2, 5, 6, 7],
    [2, 3, 5, 4],
  ),
  pooled(
    "mean of volumes",
    "F.avg_pool3d(x[0], 3, 2, 1)",
    (x) => avgPool3d(x, 3, { stride: 2, padding: 1 }),
    [2, 3, 5, 8, 7],
    [2, 3, 3, 4, 4],
  ),
  pooled(
    "mean of volumes, padding not counted, ceil mode",
    "F.avg_pool3d(x[0], 3, 2, 1, ceil_mode=True, count_include_pad=False)",
    (x) => avgPool3d(x, 3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
    [2, 3, 6, 8, 7],
    [2, 3, 4, 5, 4],
  ),
  pooled(
    "mean of volumes, with a divisor",
    "F.avg_pool3d(x[0], 2, divisor_override=3)",
    (x) => avgPool3d(x, 2, { divisorOverride: 3 }),
    [2, 3, 4, 6, 5],
    [2, 3, 2, 3, 2],
  ),
  ...[
    { size: 5, shape: [2, 3, 13] },
    { size: 1, shape: [2, 3, 13] },
    { size: 5, shape: [2, 3, 1] },
    { size: 3, shape: [2, 3, 2] },
  ].flatMap(({ size, shape }) => [
    pooled(
      `adaptive mean of lines of ${shape[2]}, ${size}`,
      `F.adaptive_avg_pool1d(x[0], ${size})`,
      (x) => adaptiveAvgPool1d(x, size),
      shape,
      [2, 3, size],
    ),
    pooled(
      `adaptive maximum of lines of ${shape[2]}, ${size}`,
      `F.adaptive_max_pool1d(x[0], ${size})`,
      (x) => adaptiveMaxPool1d(x, size),
      shape,
      [2, 3, size],
    ),
  ]),
  pooled(
    "adaptive mean",
    "F.adaptive_avg_pool2d(x[0], (3, None))",
    (x) => adaptiveAvgPool2d(x, [3, null]),
    [2, 3, 7, 5],
    [2, 3, 3, 5],
  ),
  pooled(
    "adaptive mean, windows of one size",
    "F.adaptive_avg_pool2d(x[0], (2, 4))",
    (x) => adaptiveAvgPool2d(x, [2, 4]),
    [2, 3, 6, 12],
    [2, 3, 2, 4],
  ),
  pooled(
    "adaptive mean, more windows than positions",
    "F.adaptive_avg_pool2d(x[0], (5, 8))",
    (x) => adaptiveAvgPool2d(x, [5, 8]),
    [2, 3, 4, 5],
    [2, 3, 5, 8],
  ),
  pooled(
    "adaptive maximum",
    "F.adaptive_max_pool2d(x[0], (3, 4))",
    (x) => adaptiveMaxPool2d(x, [3, 4]),
    [2, 3, 7, 9],
    [2, 3, 3, 4],
  ),
  pooled(
    "adaptive mean of volumes",
    "F.adaptive_avg_pool3d(x[0], (2, 3, 4))",
    (x) => adaptiveAvgPool3d(x, [2, 3, 4]),
    [2, 3, 5, 6, 7],
    [2, 3, 2, 3, 4],
  ),
  {
    name: "adaptive maximum of volumes, ties",
    pytorch: "F.adaptive_max_pool3d(x[0], (2, 3, 4))",
    ours: ([x]) => adaptiveMaxPool3d(x!, [2, 3, 4]),
    inputs: [ties([2, 3, 5, 6, 7])],
    outputShape: [2, 3, 2, 3, 4],
  },
  {
    name: "global maximum, ties",
    pytorch: "x[0].amax((2, 3))",
    ours: ([x]) => globalMaxPool(x!),
    inputs: [ties([2, 3, 5, 6])],
    outputShape: [2, 3],
  },
  pooled(
    "power mean of lines",
    "F.lp_pool1d(x[0] ** 2, 3.0, 4, 2, ceil_mode=True)",
    (x) => lpPool1d(mul(x, x), 3, 4, { stride: 2, ceilMode: true }),
    [2, 3, 13],
    [2, 3, 6],
  ),
  {
    name: "power mean, some windows of zeros",
    pytorch: "F.lp_pool2d(x[0], 2.0, (2, 3))",
    ours: ([x]) => lpPool2d(x!, 2, [2, 3]),
    inputs: [
      {
        shape: [1, 2, 4, 9],
        data: Array.from({ length: 72 }, (_, index) => (index % 9 < 6 ? (index % 5) - 2 : 0)),
      },
    ],
    outputShape: [1, 2, 2, 3],
  },
  pooled(
    "positions of maxima of lines",
    locatedBy("max_pool1d(x[0], 3, 2, 1"),
    (x) => located(maxPool1dWithIndices(x, 3, { stride: 2, padding: 1 })),
    [2, 3, 13],
    [2, 3, 7],
  ),
  pooled(
    "positions of maxima",
    locatedBy("max_pool2d(x[0], (3, 2), (2, 1), (1, 1), (2, 3)"),
    (x) => located(maxPool2dWithIndices(x, [3, 2], { stride: [2, 1], padding: 1, dilation: [2, 3] })),
    [2, 3, 9, 11],
    [2, 3, 4, 10],
  ),
  {
    name: "positions of maxima of volumes, ties",
    pytorch: locatedBy("max_pool3d(x[0], (2, 3, 2), (2, 1, 3), (0, 1, 1)"),
    ours: ([x]) => located(maxPool3dWithIndices(x!, [2, 3, 2], { stride: [2, 1, 3], padding: [0, 1, 1] })),
    inputs: [ties([2, 2, 5, 6, 7])],
    outputShape: [2, 2, 2, 6, 3],
  },
  pooled(
    "unpooling of lines",
    "F.max_unpool1d(*F.max_pool1d(x[0], 3, 2, return_indices=True), 3, 2, output_size=(14,))",
    (x) => {
      const { values, indices } = maxPool1dWithIndices(x, 3, { stride: 2 });
      return maxUnpool1d(values, indices, 3, { stride: 2, outputSize: [14] });
    },
    [2, 3, 14],
    [2, 3, 14],
  ),
  pooled(
    "unpooling",
    "F.max_unpool2d(*F.max_pool2d(x[0], 2, 2, return_indices=True), 2)",
    (x) => {
      const { values, indices } = maxPool2dWithIndices(x, 2);
      return maxUnpool2d(values, indices, 2);
    },
    [2, 3, 6, 8],
    [2, 3, 6, 8],
  ),
  pooled(
    "unpooling of volumes",
    "F.max_unpool3d(*F.max_pool3d(x[0], 2, 2, return_indices=True), 2, output_size=x[0].shape)",
    (x) => {
      const { values, indices } = maxPool3dWithIndices(x, 2);
      return maxUnpool3d(values, indices, 2, { outputSize: x.shape });
    },
    [2, 3, 4, 7, 9],
    [2, 3, 4, 7, 9],
  ),
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: pooling`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
