import { readFileSync } from "node:fs";
import { batchNorm, computeRunningVarianceFactor, convertMomentum } from "@evenkeel/batchnorm";
import type { Tensor } from "@evenkeel/tensor";
import { mul } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { expectWithin, useBackend } from "./batchnorm/tools.ts";
import { place } from "./pytorch/against-pytorch.ts";
import type { PlainTensor } from "./pytorch/ask-pytorch.ts";

type Named<Name extends string> = { readonly [Key in Name]: PlainTensor };

interface OnnxCase {
  readonly name: string;
  readonly training: boolean;
  /** The weight of the old statistics. */
  readonly momentum: number;
  readonly epsilon: number;
  readonly inputs: Named<"x" | "scale" | "shift" | "runningMean" | "runningVariance">;
  readonly expected: Named<"y"> & Partial<Named<"runningMean" | "runningVariance">>;
}

/** Written by golden/write-onnx-goldens.py. */
const golden = JSON.parse(
  readFileSync(new URL("../golden/onnx-batch-norm.json", import.meta.url), "utf8"),
) as { readonly cases: readonly OnnxCase[] };

/** The tolerances of ONNX's own test runner. */
const expectClose = (found: ArrayLike<number>, { data }: PlainTensor, what: string): void =>
  expectWithin(found, data, (at) => 1e-3 * Math.abs(data[at]!) + 1e-7, what);

describe("batch norm against ONNX's test vectors, opset 15", () => {
  const backend = useBackend();

  test.each(golden.cases)("$name", async ({ training, momentum, epsilon, inputs, expected }) => {
    const at = (name: keyof OnnxCase["inputs"]): Tensor => place(inputs[name], backend());
    const [samples, , height, width] = inputs.x.shape as [number, number, number, number];
    const convention = { valuesPerChannel: samples * height * width };
    // At inference the variance is used unchanged; in training, ONNX averages the biased variance.
    const toUnbiased = training ? computeRunningVarianceFactor({ from: "onnx", ...convention }) : 1;
    const result = batchNorm(at("x"), {
      scale: at("scale"),
      shift: at("shift"),
      runningMean: at("runningMean"),
      runningVariance: mul(at("runningVariance"), toUnbiased),
      momentum: convertMomentum(momentum, { from: "onnx" }),
      epsilon,
      training,
    });
    expectClose(await result.y.data(), expected.y, "y");
    expect(result.runningMean !== undefined).toBe(expected.runningMean !== undefined);
    if (!expected.runningMean || !expected.runningVariance) return;
    const toBiased = computeRunningVarianceFactor({ to: "onnx", ...convention });
    expectClose(await result.runningMean!.data(), expected.runningMean, "runningMean");
    expectClose(
      await mul(result.runningVariance!, toBiased).data(),
      expected.runningVariance,
      "runningVariance",
    );
  });
});
