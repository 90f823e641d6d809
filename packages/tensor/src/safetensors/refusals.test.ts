import { describe, expect, test } from "vitest";
import { entry, file, getBytes } from "../../test/safetensors-file.ts";
import { ArgumentError, DataError } from "../checks/errors.ts";
import type { StoredArray } from "./index.ts";
import { readSafetensors, writeSafetensors } from "./index.ts";

describe("a file that is not whole and well-formed is refused", () => {
  const one = getBytes(Float32Array.of(1));
  const field = `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`;
  const next = `{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`;
  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  test.each<[string, Uint8Array, RegExp]>([
    ["no header length", new Uint8Array(5), /found 5 bytes, expected at least 8/],
    ["header longer than the file", file({}).subarray(0, 9), /truncated or of another format/],
    ["header of 2^63 bytes", new Uint8Array(16).fill(255), /truncated or of another format/],
    ["no JSON", file("{"), /found invalid JSON/],
    ["deep JSON", file(`{"a":${"[".repeat(100_000)}`), /more than 128 deep/],
    ["deep JSON where text is wanted", file(`{"a":{"dtype":${nested}}}`), /more than 128 deep/],
    [
      "deep JSON as deep as can be read",
      file(`{"a":${"[".repeat(127)}${"]".repeat(127)}}`),
      /"a": found \[\[\.\.\.\]\], expected an object/,
    ],
    ["objects without an end", file(`{"a":`.repeat(600_000)), /more than 128 deep, expected 3/],
    ["a text without an end", file(`{"a`), /found invalid JSON/],
    ["an array", file("[]"), /found the byte 91 at its beginning, expected "{"/],
    ["a number for a tensor", file({ x: 3 }), /"x": found 3/],
    ["an unknown dtype", file(entry("<f4", [1], 0, 4), one), /dtype: found "<f4"/],
    ["half a byte", file(entry("F4", [3], 0, 1), [0]), /found 1 bytes of data, expected 1\.5/],
    ["a name twice", file(`{"x":${field},"x":${field}}`, one), /found the key "x" twice/],
    ["a name twice, written in two ways", file(`{"x":${field},"\\u0078":${field}}`, one), /"x" twice/],
    ["two tensors of a name", file(`{"x":${field},"x":${next}}`, [...one, ...one]), /"x" twice/],
    ["a field twice", file(`{"x":{"dtype":"I32",${field.slice(1)}}`, one), /"dtype" twice/],
    [
      "metadata twice",
      file(`{"__metadata__":{},"x":${field},"__metadata__":{}}`, one),
      /"__metadata__" twice/,
    ],
    ["a key of the metadata twice", file(`{"__metadata__":{"a":"{","a":"1"}}`), /"a" twice/],
    ["a space before the header", file(` {"x":${field}}`, one), /found the byte 32 at its beginning/],
    ["a mark before the header", file(`\ufeff{"x":${field}}`, one), /found the byte 239 at its beginning/],
    ["an empty header", file(""), /found nothing at its beginning/],
    ["dtype of Object.prototype", file(entry("toString", [1], 0, 4), one), /dtype: found "toString"/],
    ["negative dimension", file(entry("F32", [-1, -1], 0, 4), one), /shape: found \[-1, -1\]/],
    ["fractional dimension", file(entry("F32", [0.5], 0, 4), one), /shape/],
    [
      "shape beyond counting",
      file(entry("F32", [2 ** 40, 2 ** 40], 0, 4), one),
      /shape: found .*expected at most/,
    ],
    ["an empty shape beyond counting", file(entry("F32", [2 ** 40, 0, 2 ** 40], 0, 0)), /shape: found/],
    ["end before begin", file(entry("F32", [1], 4, 0), one), /found -4 bytes/],
    ["size against shape", file(entry("F32", [2], 0, 4), one), /found 4 bytes of data, expected 8/],
    ["gap", file(entry("F32", [1], 4, 8), [...one, ...one]), /overlap or leave a gap/],
    ["truncated data", file(entry("F32", [1], 0, 4), [0, 0]), /truncated/],
    ["extra bytes", file(entry("F32", [1], 0, 4), [...one, 0]), /extra bytes/],
    ["a bool of 7", file(entry("BOOL", [1], 0, 1), [7]), /found the byte 7/],
    ["metadata that is not text", file({ __metadata__: { a: 1 } }), /"a": found 1, expected text/],
    ["an i64 too large", file(entry("I64", [1], 0, 8), getBytes(BigInt64Array.of(2n ** 31n))), /2147483648/],
  ])("%s", (_name, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(DataError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  test("overlapping tensors", () => {
    const header = {
      a: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
      b: { dtype: "U8", shape: [2], data_offsets: [1, 3] },
    };
    expect(() => readSafetensors(file(header, [1, 2, 3]))).toThrow(/"b": found data at byte 1, expected 2/);
  });

  test("any truncation of a good file", () => {
    const bytes = writeSafetensors([["x", { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) }]]);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(DataError);
    }
  });
});

test("data that does not fit its spec is not written", () => {
  const data = Float32Array.of(1, 2);
  expect(() => writeSafetensors([["x", { dtype: "f32", shape: [3], data }]])).toThrow(ArgumentError);
  expect(() => writeSafetensors([["x", { dtype: "i32", shape: [2], data }]])).toThrow(/Int32Array/);
  const array: StoredArray = { dtype: "f32", shape: [2], data };
  expect(() => writeSafetensors([["__metadata__", array]])).toThrow(/reserved/);
  expect(() => writeSafetensors([["x", { ...array, shape: [-1, -2] }]])).toThrow(/found \[-1, -2\]/);
  expect(() => writeSafetensors([], { epoch: 3 } as never)).toThrow('metadata: "epoch": found 3');
  const flags: StoredArray = { dtype: "bool", shape: [2], data: Uint8Array.of(1, 2) };
  expect(() => writeSafetensors([["x", flags]])).toThrow("x: element 1: found the byte 2");
  const twice: [string, StoredArray][] = [
    ["x", array],
    ["x", array],
  ];
  expect(() => writeSafetensors(twice)).toThrow('tensors: found the name "x" twice, expected it once');
});

test.each<[string, unknown, unknown, string]>([
  ["a record of tensors", { x: { dtype: "f32" } }, {}, "tensors: found an object, expected pairs of a name"],
  ["a list of arrays", [{ dtype: "f32" }], {}, "tensors: found an object, expected a pair of a name"],
  ["no array", [["x", undefined]], {}, "x: found undefined, expected { dtype, shape, data }"],
  ["no data", [["x", { dtype: "f32", shape: [1] }]], {}, "x: data: found undefined, expected values of the"],
  ["no shape", [["x", { dtype: "f32", data: new Float32Array(1) }]], {}, "x: shape: found undefined"],
  [
    "an unknown dtype",
    [["x", { dtype: "f64", shape: [1], data: new Float64Array(1) }]],
    {},
    'x: dtype: found "f64", expected "f32" or',
  ],
  ["no metadata", [], null, "metadata: found null, expected a record of strings"],
])("an argument of the wrong type is an ArgumentError: %s", (_name, tensors, metadata, message) => {
  expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(ArgumentError);
  expect(() => writeSafetensors(tensors as never, metadata as never)).toThrow(message);
});
