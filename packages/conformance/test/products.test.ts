import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  countElements,
  linear,
  linearWithResidual,
  matmul,
  ShapeError,
  scope,
  sub,
  withExecutor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { readValues, referenceExecutor, referenceTensor } from "../src/index.ts";

/** Small integers, whose products are exact: ((7 i) mod 11) - 5. */
function pattern(...shape: number[]): Tensor {
  const values = Array.from({ length: countElements(shape) }, (_, index) => ((index * 7) % 11) - 5);
  return referenceTensor(values, { shape, dtype: "f32" });
}

/** The result of PyTorch 1.13 for the same inputs. */
function agrees(name: string, body: () => Tensor, shape: readonly number[], values: readonly number[]): void {
  test(name, () => {
    withExecutor(referenceExecutor, () =>
      scope(() => {
        const result = body();
        expect(result.shape).toEqual(shape);
        expect([...readValues(result)]).toEqual(values);
      }),
    );
  });
}

function throws(name: string, body: () => Tensor, error: new () => Error, message: string): void {
  test(name, () => {
    const run = () => withExecutor(referenceExecutor, () => scope(() => void body()));
    expect(run).toThrow(error);
    expect(run).toThrow(message);
  });
}

describe("matmul of vectors", () => {
  agrees("on the right", () => matmul(pattern(2, 3, 4), pattern(4)), [2, 3], [58, -19, 3, -19, 3, 3]);
  const row = [35, -22, 20, -15, -22, 20, -15, -17];
  agrees("on the left", () => matmul(pattern(3), pattern(2, 3, 4)), [2, 4], row);
  agrees("on both sides", () => matmul(pattern(3), pattern(3)), [], [33]);
  throws("not of scalars", () => matmul(pattern(), pattern(3)), ShapeError, "found [] times [3]");
  const transposed = () => matmul(pattern(3), pattern(3, 3), { transposeA: true });
  throws("not transposed", transposed, ArgumentError, "found a vector to transpose");
});

describe("linear", () => {
  const rows = [28, 0, 0, 0, 0, 37, 30, 34, 0, 34, 30, 37, 0, 31, 30, 40];
  const relu = { activation: "relu" } as const;
  agrees(
    "of rows in a batch",
    () => linear(pattern(2, 2, 3), pattern(4, 3), pattern(4), relu),
    [2, 2, 4],
    rows,
  );
  const leaky = { activation: { leakyRelu: 0.5 } } as const;
  agrees("of a vector", () => linear(pattern(3), pattern(2, 3), pattern(2), leaky), [2], [28, -7.5]);
  throws("weight", () => linear(pattern(2, 3), pattern(3, 4)), ShapeError, "found x [2, 3], weight [3, 4]");
  const wrong = () => linear(pattern(2, 3), pattern(4, 3), pattern(3));
  throws("bias", wrong, ShapeError, "bias [3], expected bias [4]");
});

describe("conv2d", () => {
  const x = () => pattern(1, 2, 3, 4);
  agrees(
    "stride, padding and dilation of pairs",
    () => conv2d(x(), pattern(3, 2, 2, 2), pattern(3), { stride: [2, 1], padding: [1, 0], dilation: [1, 2] }),
    [1, 3, 2, 2],
    [3, 8, 10, -9, 32, -34, 23, 49, 6, -10, -19, 52],
  );
  agrees(
    "groups",
    () => conv2d(x(), pattern(4, 1, 2, 2), undefined, { padding: 1, groups: 2, stride: 2 }),
    [1, 4, 2, 3],
    [-25, -14, -10, -18, 12, 10, 0, 8, 20, -3, -3, -20, -10, -23, -1, -24, 10, 14, 2, -5, 5, 9, -2, 2],
  );
  agrees(
    "even windows with padding same",
    () => conv2d(x(), pattern(1, 2, 2, 4), undefined, { padding: "same" }),
    [1, 1, 3, 4],
    [-30, 42, -29, 15, 23, -7, 15, -32, 16, -17, -20, 21],
  );
  throws("rank", () => conv2d(pattern(2, 3, 4), pattern(1, 2, 2, 2)), ShapeError, "found x [2, 3, 4]");
  const biased = () => conv2d(x(), pattern(3, 2, 2, 2), pattern(2));
  throws("bias", biased, ShapeError, "bias: found [2], expected [3]");
});

describe("convTranspose2d", () => {
  const x = () => pattern(1, 2, 3, 4);
  agrees(
    "groups, dilation and output padding",
    () => convTranspose2d(x(), pattern(2, 1, 2, 2), undefined, { dilation: 2, outputPadding: 1, groups: 2 }),
    [1, 2, 6, 7],
    [
      25, -10, 0, -21, -4, 10, 0, -5, 15, -18, -6, 8, 0, 0, 30, -19, -24, 31, -12, 15, 0, -2, 6, -3, -15, 20,
      0, 0, 8, -6, -18, 25, -5, -25, 0, 0, 0, 0, 0, 0, 0, 0, 2, -2, -1, 7, -15, -3, 0, -3, 4, 9, -16, 0, 12,
      0, 11, -9, 6, 9, 15, -6, 0, -12, 16, 0, -16, 0, 0, 0, 12, -4, -20, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
  );
  agrees(
    "strides of a pair, with a bias",
    () =>
      convTranspose2d(x(), pattern(2, 2, 2, 3), pattern(2), {
        stride: [2, 3],
        padding: [1, 0],
        outputPadding: [1, 2],
      }),
    [1, 2, 5, 14],
    [
      -28, -16, 18, 3, 3, -19, -10, -22, 21, 21, -3, -16, -5, -5, -16, 3, -22, 18, -19, 21, -25, 3, -13, -13,
      3, -25, -5, -5, -3, 5, -20, -16, -20, 20, 15, -1, -17, -9, 7, -21, -5, -5, 21, -19, 18, -22, 3, -16,
      -10, 3, -28, 24, -19, 15, -5, -5, -22, -18, 19, 9, 1, -18, -15, 9, -22, -28, -16, 18, -5, -5, -15, -3,
      31, 10, 10, -12, -9, -21, 22, 16, -8, -21, 2, 2, 6, 14, -11, -10, -14, 26, 18, 2, -14, 2, 18, -10, 2, 2,
      8, 16, -9, -11, -15, 25, 14, -2, -18, 6, 22, -6, 2, 2, -14, -10, 27, 14, 6, -13, -2, 22, -9, -18, -6,
      28, 2, 2, -13, -9, 28, 12, 4, -15, 4, 28, -3, -15, -3, 31, 2, 2,
    ],
  );
  const beyond = () => convTranspose2d(x(), pattern(2, 1, 2, 2), undefined, { stride: 2, outputPadding: 2 });
  throws("output padding", beyond, ArgumentError, "outputPadding: found 2, expected less than the stride, 2");
  throws("channels", () => convTranspose2d(x(), pattern(3, 1, 2, 2)), ShapeError, "expected 3 channels in y");
});

describe("linearWithResidual", () => {
  const residual = () => pattern(2, 4);
  agrees(
    "adds what the product does not have",
    () =>
      sub(linearWithResidual(pattern(2, 3), pattern(4, 3), residual()), linear(pattern(2, 3), pattern(4, 3))),
    [2, 4],
    [-5, 2, -2, 5, 1, -3, 4, 0],
  );
  agrees(
    "with an activation, of a vector",
    () => linearWithResidual(pattern(3), pattern(2, 3), pattern(2), { activation: "relu" }),
    [2],
    [28, 0],
  );
  throws(
    "of another shape",
    () => linearWithResidual(pattern(2, 3), pattern(4, 3), pattern(4)),
    ShapeError,
    "linearWithResidual: found x [2, 3], weight [4, 3], residual [4], expected x [..., in], weight [out, in] and residual [..., out]",
  );
});

describe("sequences", () => {
  agrees(
    "conv1d",
    () => conv1d(pattern(1, 2, 7), pattern(2, 2, 3), pattern(2), { stride: 2, padding: 1, dilation: 2 }),
    [1, 2, 3],
    [-12, -26, -39, -9, 1, 17],
  );
  agrees(
    "convTranspose1d",
    () =>
      convTranspose1d(pattern(1, 2, 3), pattern(2, 2, 3), pattern(2), {
        stride: 2,
        padding: 1,
        outputPadding: 1,
      }),
    [1, 2, 6],
    [-15, -21, -1, -15, -9, 11, -8, 5, 3, -28, 3, 23],
  );
  throws("conv1d rank", () => conv1d(pattern(2, 7), pattern(2, 2, 3)), ShapeError, "found x [2, 7]");
});
