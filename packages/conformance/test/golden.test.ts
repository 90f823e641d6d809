import { readFileSync } from "node:fs";
import { vjp } from "@evenkeel/autodiff";
import { cpu } from "@evenkeel/backend-cpu";
import { batchNorm } from "@evenkeel/batchnorm";
import type { Activation, Backend, Tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectClose, place } from "./pytorch/against-pytorch.ts";
import type { PlainTensor } from "./pytorch/ask-pytorch.ts";

interface GoldenCase {
  readonly name: string;
  readonly options: {
    readonly training: boolean;
    readonly momentum: number;
    readonly epsilon: number;
    readonly activation: "none" | "relu" | "leakyRelu";
    readonly axis: number;
  };
  readonly inputs: { readonly [name: string]: PlainTensor | null };
  readonly expected: { readonly [name: string]: PlainTensor | null };
}

/** Written by golden/write-goldens.py. */
const golden = JSON.parse(readFileSync(new URL("../golden/batch-norm.json", import.meta.url), "utf8")) as {
  readonly pytorch: string;
  readonly cases: readonly GoldenCase[];
};

const activations: { readonly [name: string]: Activation } = {
  none: "none",
  relu: "relu",
  leakyRelu: { leakyRelu: 0.1 },
};

/**
 * Number 3 of the test families: sums of at most a few hundred terms in f32, and r = |mean| / standard deviation near
 * 100 in one case.
 */
const tolerance = 1e-5;

describe(`batch norm against golden values of PyTorch ${golden.pytorch}`, () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
  });
  afterAll(() => backend.close());

  test.each(golden.cases)("$name", async ({ options, inputs, expected }) => {
    const at = (name: string): Tensor | undefined => {
      const value = inputs[name];
      return value ? place(value, backend) : undefined;
    };
    const differentiated = ["x", "scale", "shift", "residual"].filter((name) => inputs[name]);
    const [runningMean, runningVariance] = [at("runningMean"), at("runningVariance")];
    let after: { mean?: Tensor; variance?: Tensor } = {};
    const [y, pullback] = vjp(
      (...values: Tensor[]) => {
        const operands = Object.fromEntries(differentiated.map((name, index) => [name, values[index]]));
        const { x, ...rest } = operands as { x: Tensor };
        const result = batchNorm(x, {
          ...options,
          ...rest,
          runningMean,
          runningVariance,
          activation: activations[options.activation],
        });
        after = { mean: result.runningMean, variance: result.runningVariance };
        return [result.y, ...[after.mean, after.variance].filter((value) => value !== undefined)];
      },
      ...differentiated.map((name) => at(name)!),
    );
    const gradients = pullback([at("dy")!, ...y.slice(1).map(() => undefined)]);
    expectClose(await y[0]!.data(), expected.y!, tolerance, "y");
    for (const [index, name] of differentiated.entries()) {
      const key = `d${name[0]!.toUpperCase()}${name.slice(1)}`.replace("dX", "dx");
      expectClose(await gradients[index]!.data(), expected[key]!, tolerance, key);
    }
    expect(after.mean === undefined).toBe(!options.training);
    const [mean, variance] = [after.mean ?? runningMean!, after.variance ?? runningVariance!];
    expectClose(await mean.data(), expected.runningMean!, tolerance, "runningMean");
    expectClose(await variance.data(), expected.runningVariance!, tolerance, "runningVariance");
  });
});
