import { describe, expect, test } from "vitest";
import { ArgumentError, DTypeError } from "../checks/errors.ts";
import { fromData } from "../creation/from-data.ts";
import { tensor } from "../creation/tensor.ts";
import { zeros } from "../ops/creation/full.ts";
import { cast } from "../ops/elementwise/cast.ts";
import { writeSafetensors } from "../safetensors/index.ts";
import { MemoryBackend } from "../testing/index.ts";
import type { DType } from "./dtype.ts";
import { getComputeType, getDTypeProperties, getWiderType, makeRounding, toStored } from "./dtype.ts";
import {
  allTypes,
  arithmeticTypes,
  floatTypes,
  holdsNumber,
  listStorages,
  orderedTypes,
  signedTypes,
} from "./dtype-kinds.ts";
import { buildExpression } from "./expression.ts";
import { countStorageBytes } from "./storage.ts";

describe("the table of dtypes", () => {
  test("kinds follow from the rows", () => {
    expect(allTypes).toEqual(["f32", "f16", "i32", "u32", "u8", "bool"]);
    expect(floatTypes).toEqual(["f32", "f16"]);
    expect(signedTypes).toEqual(["f32", "f16", "i32"]);
    expect(arithmeticTypes).toEqual(["f32", "f16", "i32", "u32"]);
    expect(orderedTypes).toEqual(["f32", "f16", "i32", "u32", "u8"]);
  });

  test("the bounds of a range are accepted, and values beyond them are not", () => {
    for (const dtype of allTypes) {
      const { range } = getDTypeProperties(dtype);
      for (const value of range ?? []) expect(makeRounding(dtype)(value)).toBe(value);
      const beyond = range?.[1] === undefined ? [] : [range[0] - 1, range[1] + 1, 0.5];
      for (const value of beyond) expect(holdsNumber(dtype, value)).toBe(false);
    }
  });

  test("a dtype with fewer bits than its compute type specifies what is lost", () => {
    for (const dtype of floatTypes) {
      const { rounding } = getDTypeProperties(dtype);
      const narrow = getWiderType(dtype) !== dtype;
      expect(rounding !== undefined).toBe(narrow);
      for (const value of narrow ? [1 + 2 ** -11, 3.3, 1e-7, 60_001] : []) {
        const error = Math.abs(makeRounding(dtype)(value) - value);
        expect(error).toBeGreaterThan(0);
        expect(error).toBeLessThanOrEqual(Math.max(rounding!.relative * value, rounding!.absolute));
      }
    }
    expect(makeRounding("f16")(65_520)).toBe(Number.POSITIVE_INFINITY);
    expect(allTypes.map((dtype) => toStored(dtype, 300))).toEqual([300, 300, 300, 300, 44, 300]);
  });

  test("elements in WGSL are whole words, two to a word, or four", () => {
    for (const [dtype, storage] of Object.entries(listStorages("wgsl"))) {
      const { wgsl, mask } = getDTypeProperties(dtype as DType);
      const perWord = mask !== undefined ? 4 : wgsl.pairs ? 2 : 1;
      expect(countStorageBytes(storage) * perWord).toBe(4);
    }
    expect(listStorages("wasm")).toEqual({ f32: "f32", i32: "i32", u32: "u32", u8: "u8", bool: "u8" });
    expect(listStorages("wgsl").bool).toBe("u32");
  });
});

test("bf16 occurs only in files and is rejected by name elsewhere", () => {
  const dtype = "bf16" as DType;
  const backend = new MemoryBackend();
  const notThere = /found "?bf16"?, (expected "?f32"? or|expected a dtype that this device supports)/;
  const asked: readonly (readonly [() => unknown, new (message?: string) => Error])[] = [
    [() => tensor([1], { dtype, backend }), ArgumentError],
    [() => zeros([1], { dtype, backend }), ArgumentError],
    [() => writeSafetensors([["x", { dtype, shape: [1], data: Float32Array.of(1) }]]), ArgumentError],
    [() => fromData([1], { shape: [1], dtype }, { backend }), DTypeError],
    [() => cast(tensor([1], { backend }), dtype), DTypeError],
    [() => buildExpression({ inputs: [dtype] }, ([x]) => x!), DTypeError],
    [() => getComputeType(dtype), DTypeError],
  ];
  for (const [ask, type] of asked) {
    expect(ask).toThrow(type);
    expect(ask).toThrow(notThere);
  }
});
