import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, add, full, scope, setDefaultBackend, tensor } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ExpressionBackend } from "../../test/expression-backend.ts";
import { Net, Shift } from "../../test/modules.ts";
import { Module } from "./module.ts";
import { stateArrays } from "./state-dict.ts";
import { StateDictError } from "./state-dict-error.ts";
import { Buffer, Counter, Parameter } from "./variable.ts";

let backend: ExpressionBackend;

beforeEach(() => {
  backend = new ExpressionBackend();
  setDefaultBackend(backend);
});

afterEach(() => setDefaultBackend(undefined));

describe("members", () => {
  test("are found by walking own properties and arrays, under PyTorch's names", () => {
    const net = new Net();
    expect([...net.namedParameters()].map(([name]) => name)).toEqual([
      "first.weight",
      "layers.0.weight",
      "layers.1.weight",
      "own",
    ]);
    expect([...net.namedBuffers()].map(([name]) => name)).toEqual([
      "first.running_mean",
      "layers.0.running_mean",
      "layers.1.running_mean",
    ]);
    expect([...net.namedModules()].map(([name]) => name)).toEqual(["", "first", "layers.0", "layers.1"]);
    expect([...net.namedRandomSources()]).toEqual([["random", net.random]]);
    expect(net.parameterCount()).toBe(9);
  });

  test("a module in two places has its parameters listed once and saved twice", () => {
    const shared = new Shift();
    class Twice extends Module {
      a = shared;
      b = shared;
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const twice = new Twice();
    expect([...twice.parameters()]).toEqual([shared.amount]);
    expect(Object.keys(scope(() => twice.stateDict()))).toContain("b.weight");
  });

  /** A module with the given properties. */
  class Holding extends Module {
    constructor(properties: object) {
      super();
      Object.assign(this, properties);
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const namesIn = (properties: object) =>
    [...new Holding(properties).namedParameters()].map(([name]) => name);

  test("are found in arrays and plain objects at any depth", () => {
    const nested = {
      stages: [[new Shift()], [new Shift(), { last: new Shift() }]],
      parts: { first: new Shift() },
    };
    expect(namesIn(nested)).toEqual([
      ...["stages.0.0.weight", "stages.1.0.weight", "stages.1.1.last.weight"],
      "parts.first.weight",
    ]);
    const net = new Holding(nested).eval().freeze();
    expect([...net.namedModules()].every(([, { isTraining, isFrozen }]) => !isTraining && isFrozen)).toBe(
      true,
    );
    net.dispose();
    expect(backend.buffers).toBe(0);
  });

  test("keep their indices and keys where they have names too", () => {
    const scale = () => new Parameter(full([1], 1), { name: "weight" });
    expect(namesIn({ scales: [scale(), scale()], named: { a: scale() }, own: scale() })).toEqual([
      ...["scales.0", "scales.1", "named.a", "weight"],
    ]);
  });

  class Helper {
    readonly inner: unknown;
    constructor(inner: unknown) {
      this.inner = inner;
    }
  }
  test.each<[string, () => unknown, string]>([
    ["a Map", () => new Map([["a", new Shift()]]), "blocks: found a Shift inside of a Map"],
    ["a Set", () => new Set([[new Shift()]]), "blocks: found a Shift inside of a Set"],
    [
      "an object of a class",
      () => new Helper({ a: new Shift() }),
      "blocks: found a Shift inside of a Helper",
    ],
    ["a Map in an array", () => [new Map([[new Shift(), 1]])], "blocks.0: found a Shift inside of a Map"],
    ["a buffer in a Set", () => new Set([new Buffer(full([1], 1))]), "found a Buffer inside of a Set"],
  ])("in %s are refused by the place", (_name, make, message) => {
    const model = new Net();
    Object.assign(model.first, { blocks: make() });
    expect(() => [...model.namedParameters()]).toThrow(ArgumentError);
    expect(() => model.stateDict()).toThrow(message);
    expect(() => model.eval()).toThrow(
      /^first\.blocks.*, expected it in a property, an array or a plain object$/,
    );
  });

  test("may lie in a Map as well", () => {
    const shift = new Shift();
    expect(
      namesIn({ shift, byName: new Map([["shift", shift]]), helper: new Helper([shift.amount]) }),
    ).toEqual(["shift.weight"]);
  });

  test("of one path are refused by both places", () => {
    const named = (value: number) => new Parameter(full([1], value), { name: "weight" });
    const model = new Holding({ part: new Holding({ first: named(1), second: named(2) }) });
    expect(() => [...model.parameters()]).toThrow(ArgumentError);
    expect(() => [...model.parameters()]).toThrow(
      'part.first and part.second: found the name "part.weight" for both, expected a name for each',
    );
    expect(() => namesIn({ "a.weight": named(1), a: new Shift() })).not.toThrow();
    expect(() => namesIn({ "a.b": new Shift(), a: { b: new Shift() } })).toThrow("a.b and a.b");
  });

  test("are searched for once in plain objects that contain each other, where they are refused", () => {
    interface Node {
      others: Node[];
      member?: Shift;
    }
    const nodes = Array.from({ length: 30 }, (): Node => ({ others: [] }));
    for (const node of nodes) node.others.push(...nodes);
    expect(namesIn({ nodes, own: new Shift() })).toEqual(["own.weight"]);
    nodes[7]!.member = new Shift();
    expect(() => namesIn({ nodes })).toThrow(/found an object that contains itself, expected a tree/);
  });

  test("modes and freezing reach every depth", () => {
    const net = new Net();
    net.eval();
    expect([...net.namedModules()].every(([, { isTraining }]) => !isTraining)).toBe(true);
    net.train();
    expect(net.layers[1]!.isTraining).toBe(true);
    net.layers[0]!.freeze();
    expect([...net.parameters()].map(({ trainable }) => trainable)).toEqual([true, false, true, true]);
    expect(net.parameterCount()).toBe(7);
    expect(net.parameterCount({ trainableOnly: false })).toBe(9);
    expect(net.layers[0]!.isFrozen && !net.isFrozen).toBe(true);
    net.unfreeze();
    expect(net.parameterCount()).toBe(9);
  });
});

describe("variables", () => {
  test("assigning a value frees the old one and outlives the scope", async () => {
    const parameter = new Parameter(full([2], 1));
    scope(() => {
      parameter.value = add(parameter.value, parameter.value);
    });
    expect(await parameter.value.data()).toEqual(Float32Array.of(2, 2));
    expect(backend.buffers).toBe(1);
  });

  test("refuse anything but tensors, and unknown options", () => {
    expect(() => new Parameter([1, 2] as never)).toThrow("value: found [1, 2], expected a tensor");
    const value = full([2], 1);
    expect(() => new Parameter(value, { decayed: false } as never)).toThrow('found the option "decayed"');
    expect(() => new Buffer(value, { name: 3 } as never)).toThrow("name: found 3, expected a string");
    expect(() => new Buffer(value, { trainable: true } as never)).toThrow('found the option "trainable"');
    expect(() => new Counter(0.5)).toThrow(ArgumentError);
    const parameter = new Parameter(value, { trainable: undefined, isDecayed: undefined });
    expect(parameter).toMatchObject({ trainable: true, isDecayed: true });
  });

  test("the shape stays", () => {
    const parameter = new Parameter(full([2], 1), { name: "weight" });
    expect(() => {
      parameter.value = full([3], 1);
    }).toThrow("weight: found f32 [3], expected f32 [2]");
  });
});

describe("state", () => {
  test("goes from model to model, and later changes stay apart", async () => {
    const [a, b] = [new Net(), new Net()];
    a.first.batches.value = 5;
    a.own.value = tensor([7, 8, 9]);
    const before = backend.buffers;
    scope(() => b.loadStateDict(a.stateDict()));
    expect(backend.buffers).toBe(before);
    a.own.value = full([3], 0);
    expect(await b.own.value.data()).toEqual(Float32Array.of(7, 8, 9));
    expect(b.first.batches.value).toBe(5);
  });

  test("in host memory counters are 64-bit scalars", async () => {
    const net = new Net();
    net.layers[1]!.batches.value = 3;
    const arrays = await stateArrays(net);
    expect(arrays.get("layers.1.num_batches_tracked")).toEqual({
      ...{ shape: [], dtype: "i32", fileDtype: "I64" },
      data: Int32Array.of(3),
    });
    expect(arrays.get("own")).toEqual({ shape: [3], dtype: "f32", data: Float32Array.of(4, 4, 4) });
    const other = new Net();
    other.loadStateDict(arrays);
    expect(other.layers[1]!.batches.value).toBe(3);
  });

  test("that does not fit changes nothing and is listed in full", async () => {
    const net = new Net();
    const arrays = await stateArrays(new Net());
    const wrong = new Map<string, StoredArray>(arrays);
    wrong.delete("first.weight");
    wrong.set("extra", { shape: [1], dtype: "f32", data: Float32Array.of(1) });
    wrong.set("own", { shape: [2], dtype: "f32", data: Float32Array.of(9, 9) });
    wrong.set("layers.0.running_mean", { shape: [2], dtype: "i32", data: Int32Array.of(9, 9) });
    wrong.set("layers.0.weight", { shape: [2], dtype: "f32", data: Float32Array.of(9, 9) });
    const load = () => net.loadStateDict(wrong);
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(
      [
        "the saved state does not fit the model.",
        "missing (1):",
        "  first.weight",
        "unexpected (1):",
        "  extra",
        "mismatched (2):",
        "  layers.0.running_mean: found i32 [2], expected f32 [2]",
        "  own: found f32 [2], expected f32 [3]",
      ].join("\n"),
    );
    expect(await net.layers[0]!.amount.value.data()).toEqual(Float32Array.of(2, 2));
  });

  test("of a model on another backend is refused, not mixed in", () => {
    const net = new Net();
    setDefaultBackend(new ExpressionBackend());
    const other = new Net();
    const load = () => scope(() => net.loadStateDict(other.stateDict()));
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(/own: found a tensor on another backend/);
    expect(net.own.value.backend).toBe(backend);
  });

  test("may be partial when asked, but shapes still must fit", async () => {
    const net = new Net();
    net.first.batches.value = 4;
    const own: StoredArray = { shape: [3], dtype: "f32", data: Float32Array.of(1, 2, 3) };
    const report = net.loadStateDict({ own, extra: own }, { strict: false });
    expect(report.unexpected).toEqual(["extra"]);
    expect(report.missing).toContain("first.weight");
    expect(await net.own.value.data()).toEqual(Float32Array.of(1, 2, 3));
    expect(net.first.batches.value).toBe(4);
    const short = { ...own, shape: [1], data: Float32Array.of(1) };
    expect(() => net.loadStateDict({ own: short }, { strict: false })).toThrow(/mismatched/);
  });

  test("of an older file has no counters: they become 0", async () => {
    const net = new Net();
    net.first.batches.value = 4;
    const arrays = new Map([...(await stateArrays(net))].filter(([name]) => !name.includes("num_batches")));
    net.loadStateDict(arrays);
    expect(net.first.batches.value).toBe(0);
  });

  test("a disposed model has given everything back", () => {
    const net = new Net();
    net.dispose();
    expect(backend.buffers).toBe(0);
  });
});

test("a module that contains itself is an error with its path", () => {
  class Loop extends Module {
    inner: Module | undefined;

    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const [outer, inner] = [new Loop(), new Loop()];
  outer.inner = inner;
  inner.inner = outer;
  expect(() => [...outer.parameters()]).toThrow("inner.inner: found a module that contains itself");
});
