import { ArgumentError, full, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TwoValues } from "../../test/modules.ts";
import { Sequential } from "../layers/sequential.ts";
import { Parameter } from "../module/variable.ts";
import { Adadelta } from "./adadelta.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam, AdamW } from "./adam.ts";
import { Adamax } from "./adamax.ts";
import { clipByGlobalNorm, clipByValue } from "./clip.ts";
import { LAMB } from "./lamb.ts";
import { LARS } from "./lars.ts";
import { Lion } from "./lion.ts";
import { Muon } from "./muon.ts";
import { NAdam } from "./nadam.ts";
import { RAdam } from "./radam.ts";
import { RMSprop } from "./rmsprop.ts";
import { Rprop } from "./rprop.ts";
import { SGD } from "./sgd.ts";

beforeEach(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterEach(() => setDefaultBackend(undefined));

describe("options", () => {
  const learningRate = 0.1;
  test.each<[string, () => unknown, string]>([
    ["no rate", () => new SGD(new TwoValues(), {} as never), "learningRate: found undefined"],
    ["no options", () => new SGD(new TwoValues(), undefined as never), "SGD: options: found undefined"],
    [
      "a rate",
      () => new SGD(new TwoValues(), { learningRate: Number.POSITIVE_INFINITY }),
      "learningRate: found Infinity",
    ],
    ["a momentum", () => new SGD(new TwoValues(), { learningRate, momentum: -1 }), "momentum: found -1"],
    [
      "a dampening",
      () => new SGD(new TwoValues(), { learningRate, dampening: Number.NaN }),
      "SGD: dampening: found NaN",
    ],
    [
      "a word",
      () => new SGD(new TwoValues(), { learningRate, nesterov: "yes" as never }),
      'nesterov: found "yes"',
    ],
    [
      "a decay",
      () => new AdamW(new TwoValues(), { learningRate, weightDecay: -1 }),
      "AdamW: weightDecay: found -1",
    ],
    [
      "an epsilon of 0",
      () => new RMSprop(new TwoValues(), { learningRate, epsilon: 0 }),
      "RMSprop: epsilon: found 0",
    ],
    ["an epsilon", () => new Adam(new TwoValues(), { learningRate, epsilon: -1 }), "Adam: epsilon: found -1"],
    [
      "a beta",
      () => new Adam(new TwoValues(), { learningRate, betas: [0.9, 1] }),
      "Adam: betas: found [0.9, 1]",
    ],
    [
      "a schedule as the second beta",
      () => new Adam(new TwoValues(), { learningRate, betas: [() => 0.9, () => 0.9] as never }),
      "Adam: betas: found [a function, a function]",
    ],
    [
      "one beta",
      () => new Adam(new TwoValues(), { learningRate, betas: [0.9] as never }),
      "2 elements, each a number in [0, 1)",
    ],
    ["an alpha", () => new RMSprop(new TwoValues(), { learningRate, alpha: 2 }), "RMSprop: alpha: found 2"],
    [
      "a limit",
      () => new SGD(new TwoValues(), { learningRate, maxGradientNorm: -1 }),
      "maxGradientNorm: found -1",
    ],
    [
      "a limit of values",
      () => new SGD(new TwoValues(), { learningRate, maxGradientValue: Number.NaN }),
      "maxGradientValue: found NaN",
    ],
    [
      "growing factors",
      () => new Rprop(new TwoValues(), { learningRate, etas: [0.5, 0.9] }),
      "Rprop: etas: found [0.5, 0.9], expected a number between 0 and 1, and one above 1",
    ],
    ["a rho", () => new Adadelta(new TwoValues(), { learningRate, rho: 2 }), "Adadelta: rho: found 2"],
    [
      "a falling rate",
      () => new Adagrad(new TwoValues(), { learningRate, learningRateDecay: -1 }),
      "Adagrad: learningRateDecay: found -1",
    ],
    [
      "a beta of Adamax",
      () => new Adamax(new TwoValues(), { learningRate, betas: [1, 0.9] }),
      "Adamax: betas: found [1, 0.9]",
    ],
    [
      "a beta of Lion",
      () => new Lion(new TwoValues(), { learningRate, betas: [0.9, 2] }),
      "Lion: betas: found [0.9, 2]",
    ],
    [
      "a growth of the momentum",
      () => new NAdam(new TwoValues(), { learningRate, momentumDecay: -1 }),
      "NAdam: momentumDecay: found -1",
    ],
    [
      "an epsilon of RAdam",
      () => new RAdam(new TwoValues(), { learningRate, epsilon: 0 }),
      "RAdam: epsilon: found 0",
    ],
    [
      "a trust coefficient",
      () => new LARS(new TwoValues(), { learningRate, trustCoefficient: 0 }),
      "LARS: trustCoefficient: found 0",
    ],
    [
      "a word of LAMB",
      () => new LAMB(new TwoValues(), { learningRate, allAdapted: 1 as never }),
      "LAMB: allAdapted: found 1",
    ],
    [
      "an adjustment of Muon",
      () => new Muon(new TwoValues(), { learningRate, adjustment: "none" as never }),
      'Muon: adjustment: found "none"',
    ],
    [
      "a schedule of a group",
      () => new SGD(new TwoValues(), { learningRate, group: () => ({ schedule: 1 as never }) }),
      "group: weight: schedule: found 1",
    ],
    [
      "AMSGrad",
      () => new Adam(new TwoValues(), { learningRate, amsgrad: 1 as never }),
      "Adam: amsgrad: found 1",
    ],
    [
      "PyTorch's eps",
      () => new Adam(new TwoValues(), { learningRate, eps: 1e-8 } as never),
      'the option "eps"',
    ],
    [
      "PyTorch's weight_decay",
      () => new SGD(new TwoValues(), { learningRate, weight_decay: 1 } as never),
      'SGD: found the option "weight_decay", expected one of: learningRate, weightDecay',
    ],
    [
      "what a group does not have",
      () => new SGD(new TwoValues(), { learningRate, group: () => ({ learningRate: 1 }) as never }),
      'group: weight: found the option "learningRate"',
    ],
  ])("out of range are rejected immediately: %s", (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test("that are undefined count as absent", async () => {
    const model = new TwoValues();
    const options = { learningRate, weightDecay: undefined, epsilon: undefined, betas: undefined };
    new AdamW(model, options).step([full([2], 0)]);
    expect([...(await model.weight.value.data())]).toEqual(Array(2).fill(Math.fround(0.999)));
  });

  test("reject an invalid learning rate", () => {
    const optimizer = new SGD(new TwoValues(), { learningRate, maxGradientNorm: Number.POSITIVE_INFINITY });
    expect(() => {
      optimizer.learningRate = Number.NaN;
    }).toThrow("learningRate: found NaN");
    expect(optimizer.learningRate).toBe(learningRate);
  });
});

describe("the arguments of an optimizer", () => {
  const options = { learningRate: 0.1 };
  const named = (...names: string[]) => ({
    namedParameters: () => names.map((name) => [name, new Parameter(full([1], 1))] as const),
  });

  test("are a model whose parameters have different names", () => {
    expect(() => new SGD(named(), options)).toThrow("model: found no parameters, expected at least one");
    expect(() => new SGD(named("a", "b", "a"), options)).toThrow('found two parameters named "a"');
    expect(() => new SGD([] as never, options)).toThrow("model: found [], expected a module");
    expect(() => new SGD(undefined as never, options)).toThrow("model: found undefined, expected a module");
  });

  test("are gradients that fit the parameters", () => {
    const optimizer = new SGD(new TwoValues(), options);
    expect(() => optimizer.step(undefined as never)).toThrow("gradients: found undefined, expected an array");
    expect(() => optimizer.step([undefined] as never)).toThrow(ArgumentError);
    expect(() => optimizer.step([[1, 1]] as never)).toThrow(
      "gradients: found [[...]], expected an array, each element a tensor",
    );
    expect(() => optimizer.step([full([2], 1, { dtype: "i32" })])).toThrow(
      "gradients: weight: found i32, expected f32",
    );
    expect(() => clipByGlobalNorm(full([2], 1) as never, 1)).toThrow(
      "clipByGlobalNorm: gradients: found a Tensor",
    );
    expect(() => clipByValue([full([2], 1)], -1)).toThrow("clipByValue: limit: found -1");
  });
});

test("options that are not given leave the settings of saved runs as they were", () => {
  const { settings } = new Adam(new TwoValues(), { learningRate: 0.1 });
  expect(Object.keys(settings)).toEqual(
    "rule beta1 beta2 epsilon learningRate maxGradientNorm groups".split(" "),
  );
  const limited = new Adam(new TwoValues(), { learningRate: 0.1, amsgrad: true, maxGradientValue: 1 });
  expect(limited.settings).toMatchObject({ amsgrad: true, maxGradientValue: 1 });
});

test("settings of a group are checked under the name of the parameter", () => {
  const group = () => ({ learningRateScale: Number.NaN });
  expect(() => new SGD(new TwoValues(), { learningRate: 0.1, group })).toThrow(
    "group: weight: learningRateScale: found NaN, expected a finite non-negative number",
  );
});

test("anything but the state of an optimizer is rejected", async () => {
  const optimizer = new SGD(new TwoValues(), { learningRate: 0.5 });
  const state = await optimizer.readStateArrays();
  state.set("weight.steps", { shape: [], dtype: "i32", data: Int32Array.of(-1) });
  expect(() => optimizer.loadState(state)).toThrow("weight.steps: found -1, expected a non-negative integer");
  expect(() => optimizer.loadState({} as never)).toThrow("optimizer: state: found an object, expected a Map");
});

test("an optimizer of another model is recognized, whatever its shapes", () => {
  const optimizer = new SGD(new TwoValues(), { learningRate: 0.1 });
  expect(() => optimizer.checkModel(new TwoValues())).toThrow(
    "optimizer: weight: found a parameter that the optimizer was not made for",
  );
});

test("an optimizer has the parameters of its model in their order, and no others", () => {
  const parts = { first: new TwoValues(), second: new TwoValues() };
  const whole = new Sequential(parts.first, parts.second);
  const options = { learningRate: 0.1 };
  const misplaced = (name: string) => `optimizer: ${name}: found a parameter that the model does not have`;
  const swapped = new SGD(new Sequential(parts.second, parts.first), options);
  expect(() => swapped.checkModel(whole)).toThrow(misplaced("0.weight"));
  expect(() => new SGD(whole, options).checkModel(parts.first)).toThrow(misplaced("1.weight"));
  new SGD(new Sequential(whole), options).checkModel(whole);
});
