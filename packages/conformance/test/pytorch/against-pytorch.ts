import { vjp } from "@evenkeel/autodiff";
import { type Backend, countElements, type Tensor, tensor } from "@evenkeel/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { makeSequence } from "../../src/draw-values.ts";
import { onEachBackend } from "../each-backend.ts";
import {
  askPytorch,
  type EvaluateAnswer,
  type PlainTensor,
  pytorchTitle,
  skipWithoutPytorch,
} from "./ask-pytorch.ts";

/** An expression in PyTorch and the equivalent function here. */
export interface Comparison {
  readonly name: string;
  /** A Python expression over `x[0]`, `x[1]`, ... and `F`. */
  readonly pytorch: string;
  readonly ours: (inputs: readonly Tensor[]) => Tensor;
  /** The shapes of normally distributed inputs, or their values. */
  readonly inputs: readonly (readonly number[] | PlainTensor)[];
  readonly outputShape: readonly number[];
  /**
   * The maximum error relative to the largest magnitude of the result; by default 2e-6, twice the bound of a sum of
   * 100 terms in f32.
   */
  readonly tolerance?: number;
}

const isValues = (input: readonly number[] | PlainTensor): input is PlainTensor => "data" in input;

/** Values in [-2, 2) that f32 represents exactly, so that both sides start from the same numbers. */
export function plainValues(name: string, shape: readonly number[]): PlainTensor {
  const next = makeSequence(name);
  return {
    shape,
    data: Array.from({ length: countElements(shape) }, () => Math.round((4 * next() - 2) * 4096) / 4096),
  };
}

export function place({ shape, data, dtype = "f32" }: PlainTensor, backend: Backend): Tensor {
  return tensor(dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data), { shape, backend });
}

/** Compares two arrays: every error is relative to the largest expected magnitude. */
export function expectClose(
  found: ArrayLike<number>,
  expected: PlainTensor,
  tolerance: number,
  what: string,
): void {
  expect(found.length, `${what}: size`).toBe(expected.data.length);
  const scale = Math.max(1e-30, ...expected.data.map(Math.abs));
  const worst = expected.data.reduce(
    (error, value, index) => Math.max(error, Math.abs(value - found[index]!)),
    0,
  );
  expect(worst / scale, `${what}: largest error relative to the largest magnitude`).toBeLessThanOrEqual(
    tolerance,
  );
}

interface Prepared {
  readonly comparison: Comparison;
  readonly inputs: readonly PlainTensor[];
  readonly dy: PlainTensor;
}

/** Evaluates all comparisons in PyTorch in one run. */
export function readAnswers(
  comparisons: readonly Comparison[],
): Map<string, Prepared & { answer: EvaluateAnswer }> {
  const prepared = comparisons.map(
    (comparison): Prepared => ({
      comparison,
      inputs: comparison.inputs.map((input, index) =>
        isValues(input) ? input : plainValues(`${comparison.name} ${index}`, input),
      ),
      dy: plainValues(`${comparison.name} dy`, comparison.outputShape),
    }),
  );
  const answers = askPytorch(
    prepared.map(({ comparison, inputs, dy }) => ({
      task: "evaluate" as const,
      expression: comparison.pytorch,
      inputs,
      outputGradients: [dy],
    })),
  ) as EvaluateAnswer[];
  return new Map(prepared.map((one, index) => [one.comparison.name, { ...one, answer: answers[index]! }]));
}

/** Checks the value and the gradient of every float input of one comparison on a backend. */
export async function checkComparison(
  { comparison, inputs, dy, answer }: Prepared & { answer: EvaluateAnswer },
  backend: Backend,
): Promise<void> {
  const { ours, tolerance = 2e-6 } = comparison;
  const placed = inputs.map((input) => place(input, backend));
  const isDifferentiated = inputs.map(({ dtype }) => dtype !== "i32");
  const [y, pullback] = vjp(
    (...floats: Tensor[]) => {
      let next = 0;
      return ours(placed.map((input, index) => (isDifferentiated[index] ? floats[next++]! : input)));
    },
    ...placed.filter((_, index) => isDifferentiated[index]),
  );
  const gradients = pullback(place(dy, backend));
  expectClose(await y.data(), answer.outputs[0]!, tolerance, "value");
  expect(y.shape).toEqual(answer.outputs[0]!.shape);
  const expected = answer.gradients.filter((_, index) => isDifferentiated[index]);
  for (const [index, gradient] of gradients.entries()) {
    expectClose(await gradient.data(), expected[index]!, tolerance, `gradient ${index}`);
  }
}

/** Declares a test for each comparison, on each backend. */
export function compareOnEachBackend(title: string, comparisons: readonly Comparison[]): void {
  onEachBackend((backend) => {
    describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: ${title}`, () => {
      let answers: ReturnType<typeof readAnswers>;
      beforeAll(() => {
        answers = readAnswers(comparisons);
      });

      for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend()));
    });
  });
}
