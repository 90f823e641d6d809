import { ArgumentError, add, full, scope, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Buffer, Counter, Parameter } from "./variable.ts";

let backend: MemoryBackend;

beforeEach(() => {
  backend = new MemoryBackend({ launches: "evaluate" });
  setDefaultBackend(backend);
});

afterEach(() => setDefaultBackend(undefined));

describe("variables", () => {
  test("free the old value on assignment, and the new one outlives the scope", async () => {
    const parameter = new Parameter(full([2], 1));
    scope(() => {
      parameter.value = add(parameter.value, parameter.value);
    });
    expect(await parameter.value.data()).toEqual(Float32Array.of(2, 2));
    expect(backend.buffersAlive).toBe(1);
  });

  test("reject anything but tensors, and unknown options", () => {
    expect(() => new Parameter([1, 2] as never)).toThrow("value: found [1, 2], expected a tensor");
    const value = full([2], 1);
    expect(() => new Parameter(value, { isDecayed: false } as never)).toThrow('found the option "isDecayed"');
    expect(() => new Buffer(value, { name: 3 } as never)).toThrow("name: found 3, expected a string");
    expect(() => new Buffer(value, { trainable: true } as never)).toThrow('found the option "trainable"');
    expect(() => new Counter(0.5)).toThrow(ArgumentError);
    const parameter = new Parameter(value, { trainable: undefined, decayed: undefined });
    expect(parameter).toMatchObject({ trainable: true, isDecayed: true });
  });

  test("keep their shape", () => {
    const parameter = new Parameter(full([2], 1), { name: "weight" });
    expect(() => {
      parameter.value = full([3], 1);
    }).toThrow("weight: found f32 [3], expected f32 [2]");
  });
});
