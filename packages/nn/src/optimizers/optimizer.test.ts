import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, full, setDefaultBackend } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExpressionBackend } from "../../test/expression-backend.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { SGD } from "./sgd.ts";

class Net extends Module {
  readonly weight: Parameter = new Parameter(full([2], 1));

  forward(x: Tensor): Tensor {
    return x;
  }
}

beforeEach(() => setDefaultBackend(new ExpressionBackend()));
afterEach(() => setDefaultBackend(undefined));

describe("where nothing is trained", () => {
  test.each([undefined, 1])("a step with a limit of %s on the norm does nothing", async (maxGradientNorm) => {
    const model = new Net().freeze();
    const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9, maxGradientNorm });
    optimizer.step([]);
    expect([...(await model.weight.value.data())]).toEqual([1, 1]);
    expect((await optimizer.stateArrays()).get("weight.steps")!.data[0]).toBe(0);
  });

  test("clipping gives nothing, and limits are checked", () => {
    expect(clipByGlobalNorm([], 1)).toEqual([]);
    expect(() => clipByGlobalNorm([full([2], 1)], Number.NaN)).toThrow(ArgumentError);
  });
});

test("settings of a group are checked under the name of the parameter", () => {
  const group = () => ({ learningRateScale: Number.NaN });
  expect(() => new SGD(new Net(), { learningRate: 0.1, group })).toThrow(
    "group: weight: learningRateScale: found NaN, expected a non-negative number",
  );
});
