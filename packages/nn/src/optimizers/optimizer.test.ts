import type { Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  DeviceError,
  full,
  OutOfMemoryError,
  setDefaultBackend,
} from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TwoValues } from "../../test/modules.ts";
import { Module } from "../module/module.ts";
import { Parameter } from "../module/variable.ts";
import { clipByGlobalNorm } from "./clip.ts";
import { SGD } from "./sgd.ts";

beforeEach(() => setDefaultBackend(new MemoryBackend({ launches: "evaluate" })));
afterEach(() => setDefaultBackend(undefined));

describe("without trainable parameters", () => {
  test.each([undefined, 1])("a step with a limit of %s on the norm does nothing", async (maxGradientNorm) => {
    const model = new TwoValues().freeze();
    const optimizer = new SGD(model, { learningRate: 0.1, momentum: 0.9, maxGradientNorm });
    optimizer.step([]);
    expect([...(await model.weight.value.data())]).toEqual([1, 1]);
    expect((await optimizer.readStateArrays()).get("weight.steps")!.data[0]).toBe(0);
  });

  test("clipping returns an empty list, and limits are checked", () => {
    expect(clipByGlobalNorm([], 1)).toEqual([]);
    expect(() => clipByGlobalNorm([full([2], 1)], Number.NaN)).toThrow(ArgumentError);
  });
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
  const makeOptimizer = (model: Pair): SGD =>
    new SGD(model, {
      learningRate: 0.1,
      momentum: 0.9,
      group: (name) => ({ learningRateScale: name === "first" ? 1 : 2 }),
    });
  let backend: MemoryBackend;
  beforeEach(() => {
    backend = new MemoryBackend({ launches: "evaluate" });
    setDefaultBackend(backend);
  });

  test("frozen parameters have no slots, but an entry in the state", async () => {
    const model = new Pair();
    model.second.trainable = false;
    const optimizer = makeOptimizer(model);
    const gradient = full([1000], 1);
    const before = backend.buffersAlive;
    optimizer.step([gradient]);
    expect(backend.buffersAlive - before).toBe(1);
    const state = await optimizer.readStateArrays();
    expect(backend.buffersAlive - before).toBe(1);
    expect(state.get("second.steps")!.data[0]).toBe(0);
    expect([...state.get("second.momentum")!.data]).toEqual(new Array(1000).fill(0));
    optimizer.loadState(state);
    expect(backend.buffersAlive - before).toBe(1);
    expect((await optimizer.readStateArrays()).get("first.steps")!.data[0]).toBe(1);
  });

  test("without memory for one of several arenas, nothing is updated", async () => {
    const gradients = [full([1000], 1), full([1000], 1)];
    const allocate = backend.allocate.bind(backend);
    const before = backend.buffersAlive;
    /** The first values of both parameters after a step that may allocate so often. */
    const stepWith = async (allocations: number): Promise<number[]> => {
      const model = new Pair();
      const optimizer = makeOptimizer(model);
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
      expect(backend.buffersAlive).toBe(before);
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
  const model = new TwoValues();
  const optimizer = new SGD(model, { learningRate: 0.5 });
  const state = await optimizer.readStateArrays();
  const error = optimizer.invalidate(new Error("launch lost"));
  expect(error.message).toContain("halfway (Error: launch lost)");
  expect(optimizer.invalidate(new Error("another one"))).toEqual(error);
  expect(() => optimizer.step([full([2], 1)])).toThrow(error);
  await expect(optimizer.readStateArrays()).rejects.toEqual(error);
  optimizer.loadState(state);
  optimizer.step([full([2], 1)]);
  expect([...(await model.weight.value.data())]).toEqual([0.5, 0.5]);
});

test("state that was prepared and discarded is freed", async () => {
  const backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
  const model = new TwoValues();
  const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.5 });
  const gradient = full([2], 1);
  optimizer.step([gradient]);
  const state = await optimizer.readStateArrays();
  const before = backend.buffersAlive;
  optimizer.prepareState(state).discard();
  expect(backend.buffersAlive).toBe(before);
  optimizer.step([gradient]);
  expect((await optimizer.readStateArrays()).get("weight.steps")!.data[0]).toBe(2);
});

describe("if the model's backend is not the default", () => {
  const [own, other] = [
    new MemoryBackend({ launches: "evaluate" }),
    new MemoryBackend({ launches: "evaluate" }),
  ];
  const netOn = (backend: MemoryBackend): TwoValues => {
    const model = new TwoValues();
    model.weight.value = full([2], 1, { backend });
    return model;
  };
  const options = { learningRate: 0.5, momentum: 0.5 };

  test("state is on the backend of the model, even after loading", async () => {
    setDefaultBackend(other);
    const model = netOn(own);
    const before = other.buffersAlive;
    const optimizer = new SGD(model, options);
    optimizer.step([full([2], 1, { backend: own })]);
    optimizer.loadState(await optimizer.readStateArrays());
    optimizer.step([full([2], 1, { backend: own })]);
    expect(other.buffersAlive).toBe(before);
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
    const state = await optimizer.readStateArrays();
    model.weight.value = full([2], 0.5, { backend: other });
    const gradients = [full([2], 1, { backend: other })];
    expect(() => optimizer.step(gradients)).toThrow(BackendError);
    expect(() => optimizer.step(gradients)).toThrow(
      /weight: found a value on .*, expected .*, where its state is/,
    );
    optimizer.loadState(state);
    optimizer.step(gradients);
    expect([...(await model.weight.value.data())]).toEqual([-0.25, -0.25]);
  });
});

test("a disposed optimizer starts from the beginning, even after a failed step", async () => {
  const model = new TwoValues();
  const optimizer = new SGD(model, { learningRate: 0.5, momentum: 0.9 });
  optimizer.step([full([2], 1)]);
  optimizer.invalidate(new Error("the device is lost"));
  expect(() => optimizer.step([full([2], 1)])).toThrow(DeviceError);
  optimizer.dispose();
  optimizer.step([full([2], 1)]);
  expect([...(await model.weight.value.data())]).toEqual([0, 0]);
  expect((await optimizer.readStateArrays()).get("weight.steps")!.data[0]).toBe(1);
});
