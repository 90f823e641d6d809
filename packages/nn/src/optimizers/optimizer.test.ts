import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  DeviceError,
  full,
  OutOfMemoryError,
  setDefaultBackend,
} from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExpressionBackend } from "../../test/expression-backend.ts";
import { Sequential } from "../layers/sequential.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { Adam, AdamW } from "./adam.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { RMSprop } from "./rmsprop.ts";
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
    "group: weight: learningRateScale: found NaN, expected a finite non-negative number",
  );
});

describe("memory", () => {
  class Pair extends Module {
    readonly first: Parameter = new Parameter(full([1000], 1));
    readonly second: Parameter = new Parameter(full([1000], 1));

    forward(x: Tensor): Tensor {
      return x;
    }
  }

  /** Two arenas: parameters with settings of their own. */
  const optimizerOf = (model: Pair): SGD =>
    new SGD(model, {
      learningRate: 0.1,
      momentum: 0.9,
      group: (name) => ({ learningRateScale: name === "first" ? 1 : 2 }),
    });
  let backend: ExpressionBackend;
  beforeEach(() => {
    backend = new ExpressionBackend();
    setDefaultBackend(backend);
  });

  test("what is frozen has no slots, but a state that says so", async () => {
    const model = new Pair();
    model.second.trainable = false;
    const optimizer = optimizerOf(model);
    const gradient = full([1000], 1);
    const before = backend.buffers;
    optimizer.step([gradient]);
    expect(backend.buffers - before).toBe(1);
    const state = await optimizer.stateArrays();
    expect(backend.buffers - before).toBe(1);
    expect(state.get("second.steps")!.data[0]).toBe(0);
    expect([...state.get("second.momentum")!.data]).toEqual(new Array(1000).fill(0));
    optimizer.loadState(state);
    expect(backend.buffers - before).toBe(1);
    expect((await optimizer.stateArrays()).get("first.steps")!.data[0]).toBe(1);
  });

  test("without memory for one of several arenas, nothing is updated", async () => {
    const gradients = [full([1000], 1), full([1000], 1)];
    const allocate = backend.allocate.bind(backend);
    const before = backend.buffers;
    /** The first values of both parameters after a step that may allocate so often. */
    const stepWith = async (allocations: number): Promise<number[]> => {
      const model = new Pair();
      const optimizer = optimizerOf(model);
      let left = allocations;
      backend.allocate = (bytes) => {
        if (left-- === 0) throw new OutOfMemoryError("on purpose");
        return allocate(bytes);
      };
      try {
        optimizer.step(gradients);
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
      }
      backend.allocate = allocate;
      const values = [(await model.first.value.data())[0]!, (await model.second.value.data())[0]!];
      optimizer.dispose();
      model.dispose();
      expect(backend.buffers).toBe(before);
      return values;
    };
    const needed = 4; // The values and the slot of each arena.
    for (let allocations = 0; allocations < needed; allocations++) {
      expect(await stepWith(allocations)).toEqual([1, 1]);
    }
    expect(await stepWith(needed)).toEqual([Math.fround(0.9), Math.fround(0.8)]);
  });
});

test("a failure that the device reports late is thrown by later steps and saves", async () => {
  const model = new Net();
  const optimizer = new SGD(model, { learningRate: 0.5 });
  const state = await optimizer.stateArrays();
  const error = optimizer.invalidate(new Error("launch lost"));
  expect(error.message).toContain("half way (Error: launch lost)");
  expect(optimizer.invalidate(new Error("another one"))).toEqual(error);
  expect(() => optimizer.step([full([2], 1)])).toThrow(error);
  await expect(optimizer.stateArrays()).rejects.toEqual(error);
  optimizer.loadState(state);
  optimizer.step([full([2], 1)]);
  expect([...(await model.weight.value.data())]).toEqual([0.5, 0.5]);
});

test("anything but the state of an optimizer is refused", async () => {
  const optimizer = new SGD(new Net(), { learningRate: 0.5 });
  const state = await optimizer.stateArrays();
  state.set("weight.steps", { shape: [], dtype: "i32", data: Int32Array.of(-1) });
  expect(() => optimizer.loadState(state)).toThrow("weight.steps: found -1, expected a non-negative integer");
  expect(() => optimizer.loadState({} as never)).toThrow("optimizer: state: found an object, expected a Map");
});

test("state that was prepared and discarded is freed", async () => {
  const backend = new ExpressionBackend();
  setDefaultBackend(backend);
  const model = new Net();
  const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.5 });
  const gradient = full([2], 1);
  optimizer.step([gradient]);
  const state = await optimizer.stateArrays();
  const before = backend.buffers;
  optimizer.prepareState(state).discard();
  expect(backend.buffers).toBe(before);
  optimizer.step([gradient]);
  expect((await optimizer.stateArrays()).get("weight.steps")!.data[0]).toBe(2);
});

describe("options", () => {
  const learningRate = 0.1;
  test.each<[string, () => unknown, string]>([
    ["no rate", () => new SGD(new Net(), {} as never), "learningRate: found undefined"],
    ["no options", () => new SGD(new Net(), undefined as never), "SGD: options: found undefined"],
    [
      "a rate",
      () => new SGD(new Net(), { learningRate: Number.POSITIVE_INFINITY }),
      "learningRate: found Infinity",
    ],
    ["a momentum", () => new SGD(new Net(), { learningRate, momentum: -1 }), "momentum: found -1"],
    [
      "a dampening",
      () => new SGD(new Net(), { learningRate, dampening: Number.NaN }),
      "SGD: dampening: found NaN",
    ],
    ["a word", () => new SGD(new Net(), { learningRate, nesterov: "yes" as never }), 'nesterov: found "yes"'],
    [
      "a decay",
      () => new AdamW(new Net(), { learningRate, weightDecay: -1 }),
      "AdamW: weightDecay: found -1",
    ],
    [
      "an epsilon of 0",
      () => new RMSprop(new Net(), { learningRate, epsilon: 0 }),
      "RMSprop: epsilon: found 0",
    ],
    ["an epsilon", () => new Adam(new Net(), { learningRate, epsilon: -1 }), "Adam: epsilon: found -1"],
    ["a beta", () => new Adam(new Net(), { learningRate, betas: [0.9, 1] }), "Adam: betas: found [0.9, 1]"],
    [
      "one beta",
      () => new Adam(new Net(), { learningRate, betas: [0.9] as never }),
      "2 elements, each a number in [0, 1)",
    ],
    ["an alpha", () => new RMSprop(new Net(), { learningRate, alpha: 2 }), "RMSprop: alpha: found 2"],
    ["a limit", () => new SGD(new Net(), { learningRate, maxGradientNorm: -1 }), "maxGradientNorm: found -1"],
    ["PyTorch's eps", () => new Adam(new Net(), { learningRate, eps: 1e-8 } as never), 'the option "eps"'],
    [
      "PyTorch's weight_decay",
      () => new SGD(new Net(), { learningRate, weight_decay: 1 } as never),
      'SGD: found the option "weight_decay", expected one of: learningRate, weightDecay',
    ],
    [
      "what a group does not have",
      () => new SGD(new Net(), { learningRate, group: () => ({ learningRate: 1 }) as never }),
      'group: weight: found the option "learningRate"',
    ],
  ])("out of range are refused where they are given: %s", (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });

  test("undefined means absent", async () => {
    const model = new Net();
    const options = { learningRate, weightDecay: undefined, epsilon: undefined, betas: undefined };
    new AdamW(model, options).step([full([2], 0)]);
    expect([...(await model.weight.value.data())]).toEqual(Array(2).fill(Math.fround(0.999)));
  });

  test("an invalid learning rate is refused", () => {
    const optimizer = new SGD(new Net(), { learningRate, maxGradientNorm: Number.POSITIVE_INFINITY });
    expect(() => {
      optimizer.learningRate = Number.NaN;
    }).toThrow("learningRate: found NaN");
    expect(optimizer.learningRate).toBe(learningRate);
  });
});

describe("what an optimizer is given", () => {
  const options = { learningRate: 0.1 };
  const named = (...names: string[]) => ({
    namedParameters: () => names.map((name) => [name, new Parameter(full([1], 1))] as const),
  });

  test("is a model with parameters of different names", () => {
    expect(() => new SGD(named(), options)).toThrow("model: found no parameters, expected at least one");
    expect(() => new SGD(named("a", "b", "a"), options)).toThrow("found two parameters of the name a");
    expect(() => new SGD([] as never, options)).toThrow("model: found [], expected a module");
    expect(() => new SGD(undefined as never, options)).toThrow("model: found undefined, expected a module");
  });

  test("are gradients that fit", () => {
    const optimizer = new SGD(new Net(), options);
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
  });
});

describe("where the model's backend is not the default", () => {
  const [own, other] = [new ExpressionBackend(), new ExpressionBackend()];
  const netOn = (backend: ExpressionBackend): Net => {
    const model = new Net();
    model.weight.value = full([2], 1, { backend });
    return model;
  };
  const options = { learningRate: 0.5, momentum: 0.5 };

  test("state is on the backend of the model, even after loading", async () => {
    setDefaultBackend(other);
    const model = netOn(own);
    const before = other.buffers;
    const optimizer = new SGD(model, options);
    optimizer.step([full([2], 1, { backend: own })]);
    optimizer.loadState(await optimizer.stateArrays());
    optimizer.step([full([2], 1, { backend: own })]);
    expect(other.buffers).toBe(before);
    expect([...(await model.weight.value.data())]).toEqual([-0.25, -0.25]);
  });

  test("each of several backends has the state of its parameters", async () => {
    const model = { first: netOn(own), second: netOn(other) };
    const optimizer = new SGD(
      {
        *namedParameters() {
          for (const [name, { weight }] of Object.entries(model)) yield [name, weight] as const;
        },
      },
      options,
    );
    optimizer.step([own, other].map((backend) => full([2], 1, { backend })));
    for (const { weight } of Object.values(model)) {
      expect([...(await weight.value.data())]).toEqual([0.5, 0.5]);
    }
  });

  test("the state of moved parameters must be loaded again", async () => {
    const model = netOn(own);
    const optimizer = new SGD(model, options);
    optimizer.step([full([2], 1, { backend: own })]);
    const state = await optimizer.stateArrays();
    model.weight.value = full([2], 0.5, { backend: other });
    const gradients = [full([2], 1, { backend: other })];
    expect(() => optimizer.step(gradients)).toThrow(BackendError);
    expect(() => optimizer.step(gradients)).toThrow(/weight: found a value on another backend/);
    optimizer.loadState(state);
    optimizer.step(gradients);
    expect([...(await model.weight.value.data())]).toEqual([-0.25, -0.25]);
  });
});

test("an optimizer of another model is told apart, whatever its shapes", () => {
  const optimizer = new SGD(new Net(), { learningRate: 0.1 });
  expect(() => optimizer.checkModel(new Net())).toThrow(
    "optimizer: weight: found a parameter that the optimizer was not made for",
  );
});

test("an optimizer has the parameters of its model in their order, and no others", () => {
  const parts = { first: new Net(), second: new Net() };
  const whole = new Sequential(parts.first, parts.second);
  const options = { learningRate: 0.1 };
  const misplaced = (name: string) => `optimizer: ${name}: found a parameter that the model does not have`;
  const swapped = new SGD(new Sequential(parts.second, parts.first), options);
  expect(() => swapped.checkModel(whole)).toThrow(misplaced("0.weight"));
  expect(() => new SGD(whole, options).checkModel(parts.first)).toThrow(misplaced("1.weight"));
  new SGD(new Sequential(whole), options).checkModel(whole);
});

test("an optimizer that was disposed starts anew, whatever its last step was", async () => {
  const model = new Net();
  const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.9 });
  optimizer.step([full([2], 1)]);
  optimizer.invalidate(new Error("the device is lost"));
  expect(() => optimizer.step([full([2], 1)])).toThrow(DeviceError);
  optimizer.dispose();
  optimizer.step([full([2], 1)]);
  expect([...(await model.weight.value.data())]).toEqual([0, 0]);
  expect((await optimizer.stateArrays()).get("weight.steps")!.data[0]).toBe(1);
});
