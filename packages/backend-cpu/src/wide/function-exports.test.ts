import { decodeModule } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { module as copyModule } from "../kernels/copy.wasm.ts";
import { module as testModule } from "../testing/kernels.wasm.ts";
import { addFunctionExports, isFunctionNumber } from "./function-exports.ts";
import { wideModule } from "./probe.wide.ts";

const listExports = (code: Uint8Array<ArrayBuffer>): string[] =>
  WebAssembly.Module.exports(new WebAssembly.Module(code)).map(({ name }) => name);

/** A module of that many functions, the last of which is exported. */
function makeModule(functions: number): Uint8Array<ArrayBuffer> {
  const encode = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
  const section = (id: number, contents: number[]): number[] => [id, ...encode(contents.length), ...contents];
  const each = (body: number[]): number[] => Array.from({ length: functions }, () => body).flat();
  return Uint8Array.of(
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...section(1, [1, 96, 0, 0]),
    ...section(3, [...encode(functions), ...each([0])]),
    ...section(7, [1, 3, 114, 117, 110, 0, ...encode(functions - 1)]),
    ...section(10, [...encode(functions), ...each([2, 0, 11])]),
  );
}

describe("addFunctionExports", () => {
  it.each([
    ["copies", copyModule],
    ["tests", testModule],
    ["the probe", wideModule],
  ])("exports the functions of a module for %s, beside its own exports", (_, text) => {
    const code = decodeModule(text);
    const before = listExports(code);
    const after = listExports(addFunctionExports(code));
    expect(after.filter((name) => !isFunctionNumber(name))).toEqual(before);
    expect(after.length).toBeGreaterThan(before.length);
  });

  it.each([1, 127, 128, 300])("exports all of %i functions by their numbers", (functions) => {
    const numbers = Array.from({ length: functions }, (_, index) => String(index));
    expect(listExports(addFunctionExports(makeModule(functions)))).toEqual(["run", ...numbers]);
  });
});
