import { runInNewContext } from "node:vm";
import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, full, scope, setDefaultBackend } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Module } from "./module.ts";
import { readStateArrays } from "./state-dict.ts";
import { StateDictError } from "./state-dict-error.ts";
import { Counter, Parameter } from "./variable.ts";

class Leaf extends Module {
  weight: Parameter = new Parameter(full([2], 0));
  count: Counter = new Counter(5);

  forward(x: Tensor): Tensor {
    return x;
  }
}

/** A model with two names for one module. */
class Tied extends Module {
  embedding: Leaf = new Leaf();
  head: Leaf = this.embedding;

  forward(x: Tensor): Tensor {
    return x;
  }
}

class Untied extends Module {
  embedding: Leaf = new Leaf();
  head: Leaf = new Leaf();

  forward(x: Tensor): Tensor {
    return x;
  }
}

const values = (...data: number[]): StoredArray => ({
  dtype: "f32",
  shape: [data.length],
  data: Float32Array.from(data),
});
const readValues = async ({ weight }: Leaf) => [...(await weight.value.data())];

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
});

afterEach(() => setDefaultBackend(undefined));

describe("a parameter with two names", () => {
  test.each(["embedding", "head"])("is present when the state has it only as %s", async (name) => {
    const model = new Tied();
    const report = model.loadStateDict({ [`${name}.weight`]: values(1, 2) });
    expect(report).toEqual({
      excepted: [],
      missing: [],
      unexpected: [],
      loaded: ["embedding.weight", "head.weight"],
    });
    expect(await readValues(model.head)).toEqual([1, 2]);
    expect(model.head.count.value).toBe(0);
  });

  test("may have the same values under both names", async () => {
    const model = new Tied();
    model.loadStateDict({ "embedding.weight": values(1, Number.NaN), "head.weight": values(1, Number.NaN) });
    expect(await readValues(model.embedding)).toEqual([1, Number.NaN]);
    const other = new Tied();
    scope(() => other.loadStateDict(model.stateDict()));
    expect(await readValues(other.embedding)).toEqual([1, Number.NaN]);
    other.dispose();
    model.dispose();
    expect(backend.buffersAlive).toBe(0);
  });

  test("and two different values causes an error, strict or not", async () => {
    const model = new Tied();
    const state = { "embedding.weight": values(1, 2), "head.weight": values(1, 3) };
    for (const strict of [true, false]) {
      expect(() => model.loadStateDict(state, { strict })).toThrow(StateDictError);
      expect(() => model.loadStateDict(state, { strict })).toThrow(
        "head.weight: found values that differ from those of embedding.weight, expected the same",
      );
    }
    expect(() => scope(() => model.loadStateDict(new Untied().stateDict()))).toThrow(StateDictError);
    expect(await readValues(model.embedding)).toEqual([0, 0]);
  });

  test("is missing under both names when the state has neither", () => {
    expect(new Tied().loadStateDict({}, { strict: false }).missing).toEqual([
      "embedding.weight",
      "head.weight",
    ]);
    expect(() => new Tied().loadStateDict({})).toThrow(/missing \(2\)/);
  });

  test("is read once, and the state has it under both names", async () => {
    const arrays = await readStateArrays(new Tied());
    expect([...arrays.keys()]).toEqual(["embedding.weight", "embedding.count", "head.weight", "head.count"]);
    expect(arrays.get("head.weight")).toBe(arrays.get("embedding.weight"));
  });

  test("keeps the counter that was loaded under the other name", () => {
    const model = new Tied();
    const count: StoredArray = { dtype: "i32", shape: [], data: Int32Array.of(9), fileDtype: "I64" };
    model.loadStateDict({ "embedding.weight": values(1, 2), "embedding.count": count });
    expect(model.head.count.value).toBe(9);
  });
});

describe("the parameters in `except` are not changed", () => {
  test("in the model and in the state, whatever its shape", async () => {
    const model = new Untied();
    const state = {
      "embedding.weight": values(1, 2),
      "head.weight": values(1, 2, 3),
      "head.bias": values(4),
    };
    const report = model.loadStateDict(state, { except: "head" });
    expect(report).toEqual({
      loaded: ["embedding.weight"],
      excepted: ["head.weight", "head.count"],
      missing: [],
      unexpected: [],
    });
    expect(await readValues(model.embedding)).toEqual([1, 2]);
    expect(await readValues(model.head)).toEqual([0, 0]);
    expect([model.embedding.count.value, model.head.count.value]).toEqual([0, 5]);
    const both = model.loadStateDict(
      { hea: values(1) },
      { except: ["head", "embedding.weight"], strict: false },
    );
    expect(both).toMatchObject({ loaded: [], unexpected: ["hea"] });
  });

  test("and a name that neither has causes an error, as do other options", () => {
    const load = (options: object) => () => new Untied().loadStateDict({ "old.weight": values(1) }, options);
    expect(load({ except: "haed" })).toThrow('except: found "haed", expected a name of the model or of the');
    expect(load({ except: ["head", "embedding", "old"] })).not.toThrow();
    expect(load({ except: 3 })).toThrow(ArgumentError);
    expect(load({ stirct: false })).toThrow('found the option "stirct"');
  });
});

describe("names", () => {
  class TwoScales extends Module {
    first: Parameter = new Parameter(full([1], 1), { name: "weight" });
    second: Parameter = new Parameter(full([1], 2), { name: "weight" });

    forward(x: Tensor): Tensor {
      return x;
    }
  }

  test("that two members share cause an error in saving and loading", async () => {
    const model = new TwoScales();
    expect(() => scope(() => model.stateDict())).toThrow(ArgumentError);
    await expect(readStateArrays(model)).rejects.toThrow(/found the name "weight" for both/);
    expect(() => model.loadStateDict({ weight: values(1) })).toThrow(ArgumentError);
  });

  test("of `Object.prototype` are names like any other", async () => {
    class Odd extends Module {
      first: Parameter = new Parameter(full([1], 1), { name: "__proto__" });
      second: Parameter = new Parameter(full([1], 2), { name: "constructor" });

      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const [a, b] = [new Odd(), new Odd()];
    a.loadStateDict(
      new Map([
        ["__proto__", values(7)],
        ["constructor", values(8)],
      ]),
    );
    scope(() => {
      const state = a.stateDict();
      expect(Object.keys(state)).toEqual(["__proto__", "constructor"]);
      b.loadStateDict(state);
    });
    expect([...(await b.first.value.data()), ...(await b.second.value.data())]).toEqual([7, 8]);
    expect(() => b.loadStateDict({})).toThrow(/missing \(2\)/);
  });
});

test("a Map of another realm is accepted, and anything but a state causes an error", async () => {
  const model = new Leaf();
  const map = runInNewContext("new Map()") as Map<string, StoredArray>;
  map.set("weight", values(3, 4));
  model.loadStateDict(map);
  expect(await readValues(model)).toEqual([3, 4]);
  for (const state of [undefined, null, "model.safetensors"]) {
    expect(() => model.loadStateDict(state as never)).toThrow(/state: found .*, expected names and values/);
  }
  expect(() => model.loadStateDict({ weight: [1, 2] } as never)).toThrow(
    "weight: found [1, 2], expected f32 [2]",
  );
  expect(() => model.loadStateDict({ weight: null } as never)).toThrow("weight: found null");
});
