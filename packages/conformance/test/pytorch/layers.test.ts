import { cpu } from "@evenkeel/backend-cpu";
import { Bilinear, pairwiseDistance } from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const distance = (p: number, pytorchP: string): Comparison => ({
  name: `distance with p = ${p}`,
  pytorch: `F.pairwise_distance(x[0], x[1], p=${pytorchP}, keepdim=True)`,
  ours: ([a, b]) => pairwiseDistance(a!, b!, { p, keepDims: true }),
  inputs: [[6, 5], [5]],
  outputShape: [6, 1],
});

/** A bilinear layer whose parameters are the last two inputs. */
function bilinear([first, second, weight, bias]: readonly Tensor[]): Tensor {
  const layer = new Bilinear(4, 3, 5, { backend: first!.backend });
  Object.assign(layer, { weight: { value: weight }, bias: { value: bias } });
  return layer.forward(first!, second!);
}

const comparisons: readonly Comparison[] = [
  distance(1, "1"),
  distance(2, "2"),
  distance(3, "3"),
  distance(Number.POSITIVE_INFINITY, "float('inf')"),
  {
    name: "bilinear",
    pytorch: "F.bilinear(x[0], x[1], x[2], x[3])",
    ours: bilinear,
    inputs: [[2, 7, 4], [2, 7, 3], [5, 4, 3], [5]],
    outputShape: [2, 7, 5],
  },
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: layers`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
