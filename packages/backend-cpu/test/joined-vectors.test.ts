import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { isOneOf, testedEngines } from "../src/wide/tested-engines.ts";

const run = (script: string, flags: readonly string[], args: readonly string[]): string =>
  execFileSync(
    process.execPath,
    [
      ...flags,
      "--conditions=@evenkeel/source",
      "--no-warnings",
      resolve(import.meta.dirname, script),
      ...args,
    ],
    { encoding: "utf8" },
  );

describe.skipIf(process.arch !== "x64" || !isOneOf(testedEngines, process.versions.v8))("this engine", () => {
  /** How many functions the engine tried to join when it compiled these modules one after the other. */
  const countTried = (...modules: string[]): number =>
    run("compile-wide.ts", ["--trace-wasm-revectorize"], modules).split("Begin revec function").length - 1;

  it("joins vectors of wide modules, and of no module that is compiled afterwards", () => {
    const tried = countTried("wide");
    expect(tried).toBeGreaterThan(0);
    expect(countTried("narrow")).toBe(0);
    expect(countTried("wide", "narrow")).toBe(tried);
    expect(countTried("failing", "narrow")).toBe(0);
  });

  it("survives that flags are set while other threads compile and optimize modules", () => {
    expect(run("compile-under-load.ts", [], ["3000"])).toBe("survived\n");
  });

  it("has the vectors of the first device on all threads", () => {
    const wide = "WebAssembly SIMD 256, 1 thread";
    const narrow = "WebAssembly SIMD, 1 thread";
    expect(run("open-in-threads.ts", [], ["auto"])).toBe(`${wide}; ${wide}; same bits\n`);
    expect(run("open-in-threads.ts", [], ["128"])).toBe(`${narrow}; ${narrow}; same bits\n`);
  });

  it("has the flags that are set, with the values that are restored", () => {
    const output = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
    const values = [...output.matchAll(/ default: (--[a-z-]+)$/gm)].map(([, flag]) => flag);
    expect(values).toContain("--no-experimental-wasm-revectorize");
    expect(values).toContain("--no-allow-natives-syntax");
  });
});
