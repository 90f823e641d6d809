import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeLocks } from "../../test/fake-locks.ts";
import { chooseVectors as chooseElsewhere } from "./no-vectors.ts";
import { wideModule } from "./probe.wide.ts";
import { isOneOf, testedEngines } from "./tested-engines.ts";
import type { CompileWide, Vectors } from "./vectors-option.ts";

const features = new Set(["relaxed-simd"]);
const isTested = process.arch === "x64" && isOneOf(testedEngines, process.versions.v8);

let chooseVectors: (vectors: Vectors, features: ReadonlySet<string>) => Promise<CompileWide | undefined>;

/** Loads the choice as another thread of the process does. */
async function startThread(): Promise<typeof chooseVectors> {
  vi.resetModules();
  const loaded = await import("./vectors.ts");
  return (vectors, found) => loaded.chooseVectors(vectors, found, true);
}

beforeEach(async () => {
  vi.stubGlobal("navigator", { locks: new FakeLocks() });
  chooseVectors = await startThread();
});
afterEach(() => vi.unstubAllGlobals());

const stubProcess = (changes: object): void => {
  vi.stubGlobal("process", { ...process, ...changes });
};

describe("vectors in Node", () => {
  it("have 128 bits on request, without a probe", async () => {
    const compile = vi.spyOn(WebAssembly, "Module");
    expect(await chooseVectors(128, features)).toBeUndefined();
    expect(compile).not.toHaveBeenCalled();
    compile.mockRestore();
  });

  it.runIf(isTested)("have 256 bits on request", async () => {
    const compileWide = await chooseVectors(256, features);
    const module = compileWide!(wideModule, true);
    expect(module).toBeInstanceOf(WebAssembly.Module);
    expect((await chooseVectors(256, features))!(wideModule, true)).toBe(module);
  });

  it("are chosen in one attempt of at most 20 ms", async () => {
    await chooseVectors(128, features);
    const start = performance.now();
    const chosen = await chooseVectors("auto", features);
    // Other processes may take the processor for a while.
    expect(performance.now() - start).toBeLessThan(200);
    expect((await chooseVectors("auto", features)) === undefined).toBe(chosen === undefined);
  });

  it("have 128 bits where there is no process", async () => {
    vi.stubGlobal("process", undefined);
    expect(await chooseVectors("auto", features)).toBeUndefined();
    await expect(chooseVectors(256, features)).rejects.toThrow("Node on x64 is needed");
  });

  it.each([
    ["another processor", { arch: "arm64" }, features],
    ["an engine without relaxed SIMD", {}, new Set<string>()],
    ["Bun", { versions: { node: "24.0.0", bun: "1.4.5", v8: "13.6.233.17-node.37" } }, features],
    ["Deno", { versions: { node: "24.0.0", deno: "2.9.6", v8: "13.6.233.17-rusty" } }, features],
    [
      "a build of Node's engine for another program",
      { versions: { node: "24.0.0", v8: "13.6.1.1-electron.0" } },
      features,
    ],
  ])("have 128 bits on %s, and more cannot be requested", async (_, changes, found) => {
    stubProcess(changes);
    expect(await chooseVectors("auto", found)).toBeUndefined();
    await expect(chooseVectors(256, found)).rejects.toMatchObject({
      name: "BackendError",
      message: "cpu: vectors: found 256, expected 128: Node on x64 is needed",
    });
  });

  it("cannot be requested from an engine that is known not to join them", async () => {
    stubProcess({ versions: { ...process.versions, v8: "12.4.254.21-node.57" } });
    expect(await chooseVectors("auto", features)).toBeUndefined();
    await expect(chooseVectors(256, features)).rejects.toThrow(/V8 12\.4.* does not join vectors$/);
  });

  it.runIf(isTested)("of an engine that was not tested are tried in another process on request", async () => {
    stubProcess({ versions: { ...process.versions, v8: "99.1.1.1-node.1" } });
    const compileWide = await chooseVectors(256, features);
    expect(await chooseVectors("auto", features)).toBeUndefined();
    expect(compileWide!(wideModule, true)).toBeInstanceOf(WebAssembly.Module);
  });

  it("of an engine whose attempt fails have 128 bits", async () => {
    const spawnSync = () => ({ status: null, signal: "SIGTRAP" });
    const load = process.getBuiltinModule as (name: string) => unknown;
    const getBuiltinModule = (name: string): unknown =>
      name === "node:child_process" ? { spawnSync } : load(name);
    stubProcess({ getBuiltinModule, versions: { ...process.versions, v8: "99.1.1.1-node.1" } });
    await expect(chooseVectors(256, features)).rejects.toThrow(
      /V8 99\.1\.1\.1-node\.1\) does not join vectors$/,
    );
  });

  it("have 128 bits by default if the probe fails", async () => {
    vi.stubGlobal(
      "WebAssembly",
      new Proxy(WebAssembly, {
        get: (target, name) => {
          if (name === "Memory") throw new RangeError("could not allocate memory");
          return Reflect.get(target, name);
        },
      }),
    );
    expect(await chooseVectors("auto", features)).toBeUndefined();
  });
});

describe.runIf(isTested)("vectors of several threads", () => {
  it("have 256 bits where another thread has compiled such kernels, without another compilation under flags", async () => {
    expect(await chooseVectors(256, features)).toBeDefined();
    const chooseInThread = await startThread();
    const setFlags = vi.spyOn(process.getBuiltinModule("node:v8"), "setFlagsFromString");
    const compileWide = await chooseInThread(256, features);
    expect(compileWide!(wideModule, true)).toBeInstanceOf(WebAssembly.Module);
    expect(setFlags).not.toHaveBeenCalled();
    setFlags.mockRestore();
  });

  it("have 128 bits where another thread runs kernels, which the compilation could disturb", async () => {
    expect(await chooseVectors(128, features)).toBeUndefined();
    const chooseInThread = await startThread();
    expect(await chooseInThread("auto", features)).toBeUndefined();
    await expect(chooseInThread(256, features)).rejects.toThrow(
      "cpu: vectors: found 256, expected 128: kernels with vectors of 128 bits run in this process already: open the device with 256 first",
    );
  });
});

describe("vectors elsewhere", () => {
  it("have 128 bits, and more cannot be requested", async () => {
    expect(await chooseElsewhere("auto")).toBeUndefined();
    expect(await chooseElsewhere(128)).toBeUndefined();
    await expect(chooseElsewhere(256)).rejects.toThrow("cpu: vectors: found 256, expected 128 outside Node");
  });
});
