import { describe, expect, it, vi } from "vitest";
import type { EngineControl } from "./compile.ts";
import { makeCompiler } from "./compile.ts";
import { wideModule } from "./probe.wide.ts";

/** An engine that counts the functions that it optimizes. */
function makeEngine(): EngineControl & { readonly optimize: ReturnType<typeof vi.fn> } {
  const optimize = vi.fn();
  return { optimize, setFlags: vi.fn(), evaluate: () => optimize };
}

describe("the compiler of wide modules", () => {
  it("compiles each module once, and for plain memory once more", () => {
    const engine = makeEngine();
    const compile = makeCompiler(engine);
    const shared = compile(wideModule, true);
    expect(compile(wideModule, true)).toBe(shared);
    const plain = compile(wideModule, false);
    expect(plain).not.toBe(shared);
    expect(compile(wideModule, false)).toBe(plain);
    new WebAssembly.Instance(plain, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } });
  });

  it("optimizes every function once, with the flag that joins vectors", () => {
    const engine = makeEngine();
    const numbers = WebAssembly.Module.exports(makeCompiler(engine)(wideModule, true)).filter(
      ({ name }) => name !== "multiply" && name !== "memory",
    );
    expect(engine.optimize).toHaveBeenCalledTimes(numbers.length);
    expect(engine.setFlags).toHaveBeenCalledWith("--experimental-wasm-revectorize");
    expect(engine.setFlags).toHaveBeenLastCalledWith("--no-experimental-wasm-revectorize");
  });

  it("leaves the flags of the engine alone for a module that fails in an attempt", () => {
    const engine = makeEngine();
    const module = makeCompiler(engine, () => false)(wideModule, true);
    expect(module).toBeInstanceOf(WebAssembly.Module);
    expect(engine.setFlags).not.toHaveBeenCalled();
    expect(engine.optimize).not.toHaveBeenCalled();
  });
});
