import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, add, full, scope, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Net, Shift } from "../../test/modules.ts";
import { Module } from "./module.ts";
import { Unowned } from "./unowned.ts";
import { Buffer, Parameter } from "./variable.ts";

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
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
    expect(net.countParameters()).toBe(9);
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
  const listNames = (properties: object) =>
    [...new Holding(properties).namedParameters()].map(([name]) => name);

  test("are found in arrays and plain objects at any depth", () => {
    const nested = {
      stages: [[new Shift()], [new Shift(), { last: new Shift() }]],
      parts: { first: new Shift() },
    };
    expect(listNames(nested)).toEqual([
      "stages.0.0.weight",
      "stages.1.0.weight",
      "stages.1.1.last.weight",
      "parts.first.weight",
    ]);
    const net = new Holding(nested).eval().freeze();
    expect([...net.namedModules()].every(([, { isTraining, isFrozen }]) => !isTraining && isFrozen)).toBe(
      true,
    );
    net.dispose();
    expect(backend.buffersAlive).toBe(0);
  });

  test("keep their indices and keys even if they have names", () => {
    const scale = () => new Parameter(full([1], 1), { name: "weight" });
    expect(listNames({ scales: [scale(), scale()], named: { a: scale() }, own: scale() })).toEqual([
      "scales.0",
      "scales.1",
      "named.a",
      "weight",
    ]);
  });

  class Helper {
    readonly inner: unknown;
    constructor(inner: unknown) {
      this.inner = inner;
    }
  }
  test.each<[string, () => unknown, string]>([
    ["a Map", () => new Map([["a", new Shift()]]), "blocks: found a Shift in a Map"],
    ["a Set", () => new Set([[new Shift()]]), "blocks: found a Shift in a Set"],
    ["an object of a class", () => new Helper({ a: new Shift() }), "blocks: found a Shift in a Helper"],
    ["a Map in an array", () => [new Map([[new Shift(), 1]])], "blocks.0: found a Shift in a Map"],
    ["a buffer in a Set", () => new Set([new Buffer(full([1], 1))]), "found a Buffer in a Set"],
  ])("in %s are rejected with their place", (_name, make, message) => {
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
      listNames({ shift, byName: new Map([["shift", shift]]), helper: new Helper([shift.amount]) }),
    ).toEqual(["shift.weight"]);
  });

  test("with the same path are rejected with both places", () => {
    const named = (value: number) => new Parameter(full([1], value), { name: "weight" });
    const model = new Holding({ part: new Holding({ first: named(1), second: named(2) }) });
    expect(() => [...model.parameters()]).toThrow(ArgumentError);
    expect(() => [...model.parameters()]).toThrow(
      'part.first and part.second: found the name "part.weight" for both, expected different names',
    );
    expect(() => listNames({ "a.weight": named(1), a: new Shift() })).not.toThrow();
    expect(() => listNames({ "a.b": new Shift(), a: { b: new Shift() } })).toThrow("a.b and a.b");
  });

  test("are searched for once in plain objects that contain each other, and rejected there", () => {
    interface Node {
      others: Node[];
      member?: Shift;
    }
    const nodes = Array.from({ length: 30 }, (): Node => ({ others: [] }));
    for (const node of nodes) node.others.push(...nodes);
    expect(listNames({ nodes, own: new Shift() })).toEqual(["own.weight"]);
    nodes[7]!.member = new Shift();
    expect(() => listNames({ nodes })).toThrow(/found an object that contains itself, expected a tree/);
  });

  test("modes and freezing reach every depth", () => {
    const net = new Net();
    net.eval();
    expect([...net.namedModules()].every(([, { isTraining }]) => !isTraining)).toBe(true);
    net.train();
    expect(net.layers[1]!.isTraining).toBe(true);
    net.layers[0]!.freeze();
    expect([...net.parameters()].map(({ trainable }) => trainable)).toEqual([true, false, true, true]);
    expect(net.countParameters()).toBe(7);
    expect(net.countParameters({ trainableOnly: false })).toBe(9);
    expect(net.layers[0]!.isFrozen && !net.isFrozen).toBe(true);
    net.unfreeze();
    expect(net.countParameters()).toBe(9);
  });

  test("do not include unowned values in any place", () => {
    class Student extends Module {
      readonly own = new Shift();
      private readonly teacher = new Unowned(new Net());
      private readonly others = [{ deep: new Unowned(new Shift()) }];
      private readonly byName = new Map([["teacher", new Unowned([new Shift()])]]);

      forward(x: Tensor): Tensor {
        return this.teacher.value.forward(x);
      }

      get unowned(): Shift[] {
        return [this.others[0]!.deep.value, ...this.byName.get("teacher")!.value];
      }
    }
    const student = new Student();
    expect([...student.namedParameters()].map(([name]) => name)).toEqual(["own.weight"]);
    student.eval().dispose();
    expect(student.unowned.map(({ isTraining }) => isTraining)).toEqual([true, true]);
    expect(student.unowned.map(({ amount }) => amount.value.isDisposed)).toEqual([false, false]);
  });

  test("are found in properties whatever their visibility", () => {
    class Hiding extends Module {
      private readonly inner = new Shift();
      protected readonly outer = new Shift();

      forward(x: Tensor): Tensor {
        return add(this.inner.forward(x), this.outer.amount.value);
      }
    }
    expect([...new Hiding().namedParameters()].map(([name]) => name)).toEqual([
      "inner.weight",
      "outer.weight",
    ]);
  });

  test("of a module that contains itself are rejected with the path", () => {
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
});
