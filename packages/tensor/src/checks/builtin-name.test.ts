import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { getBuiltinName } from "./builtin-name.ts";

test.each([
  ["new Float32Array(2)", "Float32Array"],
  ["new Uint8ClampedArray(2)", "Uint8ClampedArray"],
  ["new (class Bytes extends Uint8Array {})(2)", "Uint8Array"],
  ["new DataView(new ArrayBuffer(2))", "DataView"],
  ["new ArrayBuffer(2)", "ArrayBuffer"],
  ["new SharedArrayBuffer(2)", "SharedArrayBuffer"],
  ["new Map()", "Map"],
  ["[]", "Array"],
  ["({})", "Object"],
  ["null", "Null"],
])("%s of another realm is named %s", (code, name) => {
  expect(getBuiltinName(runInNewContext(code))).toBe(name);
});

test("a Buffer is an array of bytes", () => {
  expect(getBuiltinName(Buffer.of(1))).toBe("Uint8Array");
});
