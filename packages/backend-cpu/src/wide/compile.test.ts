import { describe, expect, it, vi } from "vitest";
import type { EngineControl } from "./compile.ts";
import { WideCompiler } from "./compile.ts";
import { wideModule } from "./probe.wide.ts";

/** An engine that counts the functions that it optimizes. */
function makeEngine(): EngineControl & { readonly optimize: ReturnType<typeof vi.fn> } {
  const optimize = vi.fn();
  return { optimize, setFlags: vi.fn(), evaluate: () => optimize };
}

describe("the compiler of wide modules", () => {
  it("compiles each module once, and for plain memory once more", () => {
    const engine = makeEngine();
    const compiler = new WideCompiler(engine);
    const shared = compiler.join(wideModule, true);
    expect(compiler.join(wideModule, true)).toBe(shared);
    expect(compiler.get(wideModule, true)).toBe(shared);
    const plain = compiler.join(wideModule, false);
    expect(plain).not.toBe(shared);
    expect(compiler.get(wideModule, false)).toBe(plain);
    new WebAssembly.Instance(plain, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } });
  });

  it("optimizes every function once, with the flag that joins vectors", () => {
    const engine = makeEngine();
    const numbers = WebAssembly.Module.exports(new WideCompiler(engine).join(wideModule, true)).filter(
      ({ name }) => name !== "multiply" && name !== "memory",
    );
    expect(engine.optimize).toHaveBeenCalledTimes(numbers.length);
    expect(engine.setFlags).toHaveBeenCalledWith("--experimental-wasm-revectorize");
    expect(engine.setFlags).toHaveBeenLastCalledWith("--no-experimental-wasm-revectorize");
  });

  it("leaves the flags of the engine alone for a module that fails in an attempt", () => {
    const engine = makeEngine();
    const module = new WideCompiler(engine, () => false).join(wideModule, true);
    expect(module).toBeInstanceOf(WebAssembly.Module);
    expect(engine.setFlags).not.toHaveBeenCalled();
    expect(engine.optimize).not.toHaveBeenCalled();
  });

  it("leaves the flags alone for a module that is needed later", () => {
    const engine = makeEngine();
    expect(new WideCompiler(engine).get(wideModule, true)).toBeInstanceOf(WebAssembly.Module);
    expect(engine.setFlags).not.toHaveBeenCalled();
  });
});
