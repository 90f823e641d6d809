import { decodeModule } from "@evenkeel/tensor";
import { describe, expect, it, vi } from "vitest";
import { addMark, makeCompiler } from "./compile.ts";
import { wideModule } from "./probe.wide.ts";

describe("addMark", () => {
  it("adds a section that engines ignore", () => {
    const marked = new WebAssembly.Module(addMark(decodeModule(wideModule)));
    expect(WebAssembly.Module.customSections(marked, "256")).toHaveLength(1);
    expect(WebAssembly.Module.exports(marked)).toContainEqual({ name: "multiply", kind: "function" });
  });
});

describe("the compiler of wide modules", () => {
  it("compiles each module once, and for plain memory once more", () => {
    const compile = makeCompiler(() => {});
    const shared = compile(wideModule, true);
    expect(compile(wideModule, true)).toBe(shared);
    const plain = compile(wideModule, false);
    expect(plain).not.toBe(shared);
    expect(compile(wideModule, false)).toBe(plain);
    new WebAssembly.Instance(plain, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } });
  });

  it("leaves the flags of the engine alone for a module that fails in an attempt", () => {
    const setFlags = vi.fn();
    const compile = makeCompiler(setFlags, () => false);
    expect(WebAssembly.Module.customSections(compile(wideModule, true), "256")).toHaveLength(0);
    expect(setFlags).not.toHaveBeenCalled();
  });
});
