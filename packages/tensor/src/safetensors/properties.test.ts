import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { file } from "../../test/safetensors-file.ts";
import { DataError } from "../checks/errors.ts";
import type { StoredArray } from "./index.ts";
import { readSafetensors, writeSafetensors } from "./index.ts";

describe("properties", () => {
  const readOrRefuse = (bytes: Uint8Array) => {
    try {
      readSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
    }
  };

  test("random bytes are read or refused, never a crash", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse), { numRuns: 500 });
  });

  test("random JSON headers are read or refused", () => {
    const run = (json: unknown, data: Uint8Array) => readOrRefuse(file(json, data));
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), fc.uint8Array({ maxLength: 16 }), run));
  });

  test("two equal keys anywhere in a header are refused, however they are written", () => {
    const escaped = (key: string) =>
      [...key].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
    const run = (keys: string[], twice: number, depth: number) => {
      const all = [...keys.map((key) => JSON.stringify(key)), `"${escaped(keys[twice % keys.length]!)}"`];
      const inner = `{${all.map((key) => `${key}:"}:{"`).join(",")}}`;
      const nested = `{"a":`.repeat(depth) + inner + "}".repeat(depth);
      expect(() => readSafetensors(file(nested))).toThrow(/twice, expected once/);
    };
    const keys = fc.uniqueArray(fc.string({ unit: "binary-ascii" }), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(keys, fc.nat(), fc.nat(3), run));
  });

  test("a good file with a byte changed, or some put in or taken out, is read or refused", () => {
    const good = writeSafetensors([
      ["a.weight", { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ["a.count", { dtype: "i32", shape: [], data: Int32Array.of(1), fileDtype: "I64" }],
    ]);
    const change = (position: number, value: number) =>
      readOrRefuse(good.with(position, value) as Uint8Array);
    fc.assert(fc.property(fc.nat(good.length - 1), fc.nat(255), change), { numRuns: 1000 });
    const splice = (position: number, removed: number, bytes: Uint8Array) =>
      readOrRefuse(
        Uint8Array.from([...good.subarray(0, position), ...bytes, ...good.subarray(position + removed)]),
      );
    const bytes = fc.uint8Array({ maxLength: 8 });
    fc.assert(fc.property(fc.nat(good.length), fc.nat(8), bytes, splice), { numRuns: 500 });
  });

  test("what is written is read back", () => {
    const array = fc
      .array(fc.nat(4), { maxLength: 4 })
      .chain((shape) => {
        const length = shape.reduce((a, b) => a * b, 1);
        return fc.record({
          shape: fc.constant(shape),
          data: fc.float32Array({ minLength: length, maxLength: length }),
        });
      })
      .map(({ shape, data }): StoredArray => ({ dtype: "f32", shape, data }));
    const names = fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__");
    const files = fc.uniqueArray(fc.tuple(names, array), { selector: ([name]) => name, maxLength: 5 });
    const comesBack = (tensors: [string, StoredArray][]) => {
      const read = readSafetensors(writeSafetensors(tensors)).tensors;
      expect(read.size).toBe(tensors.length);
      for (const [name, { shape, data }] of tensors) {
        expect(read.get(name)!.shape).toEqual(shape);
        expect(read.get(name)!.data).toEqual(data);
      }
    };
    fc.assert(fc.property(files, comesBack));
  });
});
