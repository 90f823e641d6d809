import { describe, expect, test } from "vitest";
import { checkOptions, checkValue, describeValue } from "./check.ts";
import { ArgumentError } from "./errors.ts";
import type { Rule } from "./rules.ts";
import {
  aBackend,
  anAbortSignal,
  anArray,
  anyNumber,
  anything,
  aTensor,
  belowOne,
  callable,
  comparable,
  either,
  finite,
  fraction,
  integer,
  listOf,
  nonNegative,
  nonNegativeInteger,
  nullOr,
  oneOf,
  positive,
  positiveInteger,
  seedWord,
  text,
  yesOrNo,
} from "./rules.ts";

test.each<[string, Rule, unknown[], unknown[]]>([
  ["anyNumber", anyNumber, [0, Number.NaN, Infinity], ["0", null, 1n]],
  ["comparable", comparable, [0, Infinity, -Infinity], [Number.NaN, "0", null]],
  ["integer", integer, [-1, 0, 2 ** 53 - 1], [0.5, Number.NaN, "1", 1n, 2 ** 53]],
  ["positiveInteger", positiveInteger, [1, 2 ** 31], [0, -1, 1.5, "1", null]],
  ["nonNegativeInteger", nonNegativeInteger, [0, 7], [-1, 0.5, Number.NaN]],
  ["seedWord", seedWord, [0, 2 ** 32 - 1], [-1, 2 ** 32, 0.3, Number.NaN, "1"]],
  ["finite", finite, [-1.5, 0], [Number.NaN, Number.POSITIVE_INFINITY, "0"]],
  ["positive", positive, [1e-300], [0, -1, Number.NaN, Number.POSITIVE_INFINITY]],
  ["nonNegative", nonNegative, [0, 0.5], [-1e-300, Number.NaN, Number.POSITIVE_INFINITY]],
  ["fraction", fraction, [0, 1, 0.5], [-0.1, 1.1, Number.NaN, "0.5"]],
  ["belowOne", belowOne, [0, 0.999], [1, -0.1, Number.NaN, "0.5"]],
  ["yesOrNo", yesOrNo, [true, false], [0, 1, "true", null]],
  ["text", text, ["", "a"], [1, null, {}]],
  ["callable", callable, [() => 1, Math.max], [{}, "f", null]],
  ["aTensor", aTensor, [{ storage: {}, dtype: "f32" }], [null, [1], new Float32Array(1), "f32"]],
  ["aBackend", aBackend, [{ allocate: () => 1 }], [null, "cpu", {}, () => 1]],
  ["anAbortSignal", anAbortSignal, [new AbortController().signal], [null, new AbortController(), "abort"]],
  ["oneOf", oneOf("mean", "sum"), ["mean"], ["Mean", "", 0]],
  ["either", either(positiveInteger, yesOrNo), [1, false], [0, "1"]],
  ["nullOr", nullOr(fraction), [null, 0.1], [undefined, 2]],
  ["listOf", listOf(positiveInteger), [[], [1, 2]], [[0], 1, "12", new Array(1)]],
  ["listOf, of a length", listOf(integer, 2), [[-1, 0]], [[1], [1, 2, 3]]],
  ["anArray", anArray, [[], [1, "a"]], [new Float32Array(1), "a", { length: 0 }, null]],
  ["anything", anything, [undefined, Number.NaN, {}], []],
])("%s", (_, rule, right, wrong) => {
  for (const value of right) expect(() => checkValue("f: x", value, rule)).not.toThrow();
  for (const value of wrong) expect(() => checkValue("f: x", value, rule)).toThrow(ArgumentError);
});

describe("options", () => {
  interface Options {
    readonly stride?: number;
    readonly reduction?: string;
  }
  const check = (options: object) =>
    checkOptions<Options>("f", options, { stride: positiveInteger, reduction: oneOf("mean", "sum") });

  test("that are right, absent or undefined pass", () => {
    for (const options of [{}, { stride: 2 }, { stride: undefined, reduction: "sum" }]) check(options);
  });

  test("that are unknown are rejected, even if their value is undefined", () => {
    expect(() => check({ strides: 2 })).toThrow(
      'f: found the option "strides", expected one of: stride, reduction',
    );
    expect(() => check({ strides: undefined })).toThrow(ArgumentError);
    expect(() => check({ toString: 1 })).toThrow(ArgumentError);
  });

  test("that are out of range are named with what was found", () => {
    expect(() => check({ stride: 0 })).toThrow("f: stride: found 0, expected a positive integer");
    expect(() => check({ reduction: "max" })).toThrow('f: reduction: found "max", expected "mean" or "sum"');
  });

  test("that are required must be given", () => {
    const checkBoth = (options: object) =>
      checkOptions<Options>("f", options, { stride: positiveInteger, reduction: text }, ["stride"]);
    checkBoth({ stride: 1 });
    for (const options of [{}, { stride: undefined, reduction: "sum" }]) {
      expect(() => checkBoth(options)).toThrow("f: stride: found undefined, expected a positive integer");
    }
  });

  test("must be an object", () => {
    for (const options of [null, 3, "stride"]) {
      expect(() => check(options as never)).toThrow(/f: options: found .*, expected an object/);
    }
  });
});

test.each([
  ["a", '"a"'],
  ["x".repeat(100), `"${"x".repeat(60)}..."`],
  [-0.5, "-0.5"],
  [5n, "5n"],
  [null, "null"],
  [undefined, "undefined"],
  [() => 1, "a function"],
  [[1, "a", [2]], '[1, "a", [...]]'],
  [new Array(9).fill(0), "[0, 0, 0, 0, 0, 0, 0, 0, ...]"],
  [{}, "an object"],
  [Object.create(null), "an object"],
  [new Map(), "a Map"],
  [new Int32Array(1), "an Int32Array"],
  [new Uint8Array(1), "a Uint8Array"],
])("%o is described as %s", (value, words) => {
  expect(describeValue(value)).toBe(words);
});
