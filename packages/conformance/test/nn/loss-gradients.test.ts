import { checkGradients } from "@evenkeel/autodiff";
import {
  bce,
  bceWithLogits,
  cosineEmbedding,
  cosineSimilarity,
  crossEntropy,
  dice,
  focal,
  huber,
  klDivergence,
  mse,
  multiLabelSoftMargin,
  multiMargin,
  nll,
  sigmoidFocal,
  tripletMargin,
} from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { logSoftmax, sigmoid, softmax, withExecutor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { referenceExecutor, referenceTensor } from "../../src/index.ts";

const values = (count: number, start: number): number[] =>
  Array.from({ length: count }, (_, index) => 1.7 * Math.sin(start + 2.3 * index));
const floats = (shape: readonly number[], start: number): Tensor =>
  referenceTensor(
    values(
      shape.reduce((a, b) => a * b, 1),
      start,
    ),
    { shape, dtype: "f32" },
  );
const integers = (...data: number[]): Tensor => referenceTensor(data, { shape: [data.length], dtype: "i32" });
const labels = (): Tensor => integers(0, 2, -100, 1);
const weight = (): Tensor => referenceTensor([0.5, 2, 1.25], { shape: [3], dtype: "f32" });

/** Losses of float inputs, with everything that is not differentiated. */
const losses: readonly (readonly [name: string, inputs: number, loss: (...inputs: Tensor[]) => Tensor])[] = [
  ["crossEntropy", 1, (x) => crossEntropy(x, labels(), { weight: weight(), labelSmoothing: 0.1 })],
  [
    "crossEntropy of probabilities",
    2,
    (x, y) => crossEntropy(x, softmax(y), { weight: weight(), labelSmoothing: 0.1 }),
  ],
  ["nll", 1, (x) => nll(logSoftmax(x), labels(), { weight: weight() })],
  ["focal", 1, (x) => focal(x, labels(), { weight: weight(), gamma: 2 })],
  ["focal of a power below 1", 1, (x) => focal(x, labels(), { gamma: 0.5, reduction: "sum" })],
  ["sigmoidFocal", 1, (x) => sigmoidFocal(x, floats([4, 3], 1))],
  ["dice", 1, (x) => dice(softmax(x), labels(), { smooth: 1 })],
  ["dice of probabilities", 2, (x, y) => dice(sigmoid(x), sigmoid(y), { squared: true })],
  ["huber", 2, (x, y) => huber(x, y, { delta: 0.7 })],
  ["klDivergence", 2, (x, y) => klDivergence(logSoftmax(x), softmax(y), { reduction: "batchMean" })],
  ["cosineSimilarity", 2, (x, y) => cosineSimilarity(x, y)],
  ["cosineEmbedding", 2, (x, y) => cosineEmbedding(x, y, integers(1, -1, -1, 1), { margin: -0.9 })],
  ["tripletMargin", 3, (a, b, c) => tripletMargin(a, b, c, { margin: 4 })],
  ["tripletMargin of norm 3", 3, (a, b, c) => tripletMargin(a, b, c, { margin: 4, p: 3 })],
  [
    "bceWithLogits with a mask and targets that are learned",
    2,
    (x, y) =>
      bceWithLogits(x, sigmoid(y), { mask: referenceTensor([1, 0, 2, 1], { shape: [4, 1], dtype: "f32" }) }),
  ],
  ["bce", 2, (x, y) => bce(sigmoid(x), sigmoid(y))],
  [
    "multiMargin",
    1,
    (x) =>
      multiMargin(x, integers(2, 0, 1, 1), {
        p: 2,
        weight: weight(),
        mask: referenceTensor([1, 0, 2, 1], { shape: [4], dtype: "f32" }),
      }),
  ],
  ["multiLabelSoftMargin", 2, (x, y) => multiLabelSoftMargin(x, sigmoid(y), { weight: weight() })],
  ["mse with a mask that is learned", 3, (x, y, mask) => mse(x, y, { mask: sigmoid(mask) })],
];

test.each(losses)(
  "the first and second derivative of %s agree with differences in float64",
  async (_, count, loss) => {
    const inputs = Array.from({ length: count }, (_, index) => floats([4, 3], index));
    const checks = await withExecutor(referenceExecutor, () =>
      checkGradients(loss, inputs, { order: 2, tolerance: 1e-5 }),
    );
    expect(checks).toHaveLength(2);
  },
);
