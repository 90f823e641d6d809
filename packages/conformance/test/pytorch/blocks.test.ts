import { cpu } from "@evenkeel/backend-cpu";
import {
  Bottleneck,
  DepthwiseSeparableConv2d,
  Hardsigmoid,
  Hardswish,
  InvertedResidual,
  type Module,
  SqueezedInvertedResidual,
  SqueezeExcitation,
} from "@evenkeel/nn";
import type { Backend, Tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

/** Convolution and batch norm in PyTorch: of the parameters from `first` on. */
const normed = (x: string, first: number, geometry = ""): string =>
  `F.batch_norm(F.conv2d(${x}, x[${first}], None${geometry}), None, None, x[${first + 1}], x[${first + 2}], True)`;

const memory = new MemoryBackend();

/** A block whose parameters are the inputs after the first. */
function block(
  name: string,
  make: (backend: Backend) => Module,
  pytorch: string,
  shape: readonly number[],
  outputShape: readonly number[],
): Comparison {
  const parameters = [...make(memory).parameters()].map(({ value }) => value.shape);
  return {
    name,
    pytorch,
    ours: ([x, ...values]) => {
      const layer = make(x!.backend);
      [...layer.parameters()].forEach((parameter, index) => {
        parameter.value = values[index] as Tensor;
      });
      return layer.forward(x!);
    },
    inputs: [shape, ...parameters],
    outputShape,
    // Three layers whose batch norms divide by deviations: about ten times the bound of a single sum.
    tolerance: 2e-5,
  };
}

const inner = `F.relu(${normed(`F.relu(${normed("x[0]", 1)})`, 4, ", 2, 1")})`;
const expanded = `F.relu6(${normed("x[0]", 1)})`;

/** The expansion, the depthwise convolution, and the squeeze-and-excitation of eight channels. */
const wide = `F.hardswish(${normed(`F.hardswish(${normed("x[0]", 1)})`, 4, ", 1, 1, 1, 8")})`;
const squeezed = `(lambda y: y * F.hardsigmoid(F.conv2d(F.relu(F.conv2d(y.mean((2, 3), keepdim=True), x[7], x[8])), x[9], x[10])))(${wide})`;

const comparisons: readonly Comparison[] = [
  block(
    "bottleneck with a projection",
    (backend) => new Bottleneck(6, 8, { stride: 2, backend }),
    `F.relu(${normed(inner, 7)} + ${normed("x[0]", 10, ", 2")})`,
    [3, 6, 6, 6],
    [3, 8, 3, 3],
  ),
  block(
    "bottleneck with groups and the identity",
    (backend) => new Bottleneck(8, 8, { width: 4, groups: 2, backend }),
    `F.relu(${normed(`F.relu(${normed(`F.relu(${normed("x[0]", 1)})`, 4, ", 1, 1, 1, 2")})`, 7)} + x[0])`,
    [3, 8, 5, 5],
    [3, 8, 5, 5],
  ),
  block(
    "inverted residual with a shortcut",
    (backend) => new InvertedResidual(4, 4, { expansion: 3, backend }),
    `${normed(`F.relu6(${normed(expanded, 4, ", 1, 1, 1, 12")})`, 7)} + x[0]`,
    [3, 4, 5, 5],
    [3, 4, 5, 5],
  ),
  block(
    "inverted residual without an expansion",
    (backend) => new InvertedResidual(4, 6, { expansion: 1, stride: 2, kernel: 5, backend }),
    normed(`F.relu6(${normed("x[0]", 1, ", 2, 2, 1, 4")})`, 4),
    [3, 4, 7, 7],
    [3, 6, 4, 4],
  ),
  block(
    "squeezed inverted residual with a shortcut",
    (backend) =>
      new SqueezedInvertedResidual(4, 4, {
        hidden: 8,
        squeeze: 3,
        activation: () => new Hardswish(),
        backend,
      }),
    `${normed(squeezed, 11)} + x[0]`,
    [3, 4, 5, 5],
    [3, 4, 5, 5],
  ),
  block(
    "depthwise-separable convolution",
    (backend) => new DepthwiseSeparableConv2d(4, 6, { stride: 2, backend }),
    `F.relu(${normed(`F.relu(${normed("x[0]", 1, ", 2, 1, 1, 4")})`, 4)})`,
    [3, 4, 7, 7],
    [3, 6, 4, 4],
  ),
  block(
    "squeeze and excitation",
    (backend) => new SqueezeExcitation(6, 2, { scaleActivation: () => new Hardsigmoid(), backend }),
    "x[0] * F.hardsigmoid(F.conv2d(F.relu(F.conv2d(x[0].mean((2, 3), keepdim=True), x[1], x[2])), x[3], x[4]))",
    [3, 6, 5, 5],
    [3, 6, 5, 5],
  ),
];

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: blocks`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
