import { full, scope, setDefaultBackend, tensor } from "@evenkeel/tensor";
import type { StoredArray } from "@evenkeel/tensor/safetensors";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Net } from "../../test/modules.ts";
import { readStateArrays } from "./state-dict.ts";
import { StateDictError } from "./state-dict-error.ts";

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
});

afterEach(() => setDefaultBackend(undefined));

describe("state", () => {
  test("is copied from model to model, and later changes are independent", async () => {
    const [a, b] = [new Net(), new Net()];
    a.first.batches.value = 5;
    a.own.value = tensor([7, 8, 9]);
    const before = backend.buffersAlive;
    scope(() => b.loadStateDict(a.stateDict()));
    expect(backend.buffersAlive).toBe(before);
    a.own.value = full([3], 0);
    expect(await b.own.value.data()).toEqual(Float32Array.of(7, 8, 9));
    expect(b.first.batches.value).toBe(5);
  });

  test("in host memory has counters as 64-bit scalars", async () => {
    const net = new Net();
    net.layers[1]!.batches.value = 3;
    const arrays = await readStateArrays(net);
    expect(arrays.get("layers.1.num_batches_tracked")).toEqual({
      shape: [],
      dtype: "i32",
      fileDtype: "I64",
      data: Int32Array.of(3),
    });
    expect(arrays.get("own")).toEqual({ shape: [3], dtype: "f32", data: Float32Array.of(4, 4, 4) });
    const other = new Net();
    other.loadStateDict(arrays);
    expect(other.layers[1]!.batches.value).toBe(3);
  });

  test("that does not fit changes nothing, and all differences are listed", async () => {
    const net = new Net();
    const arrays = await readStateArrays(new Net());
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

  test("of a model on another backend is rejected", () => {
    const net = new Net();
    setDefaultBackend(new MemoryBackend({ launches: "evaluate" }));
    const other = new Net();
    const load = () => scope(() => net.loadStateDict(other.stateDict()));
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(/own: found a tensor on another backend/);
    expect(net.own.value.backend).toBe(backend);
  });

  test("may be partial if not strict, but shapes must fit", async () => {
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
    const arrays = new Map(
      [...(await readStateArrays(net))].filter(([name]) => !name.includes("num_batches")),
    );
    net.loadStateDict(arrays);
    expect(net.first.batches.value).toBe(0);
  });

  test("is freed completely when the model is disposed", () => {
    const net = new Net();
    net.dispose();
    expect(backend.buffersAlive).toBe(0);
  });
});
