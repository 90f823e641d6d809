import { ArgumentError, BackendError } from "@evenkeel/tensor";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cpu } from "./cpu.ts";

afterEach(() => vi.unstubAllGlobals());

describe("cpu", () => {
  it("opens with as many threads as asked for", async () => {
    for (const threads of [1, 2, 3]) {
      const backend = await cpu.open({ threads });
      expect(backend.device).toBe(`WebAssembly SIMD, ${threads} ${threads === 1 ? "thread" : "threads"}`);
      expect(backend.name).toBe("cpu");
      await backend.close();
    }
  });

  it("has at most 8 threads unless asked", async () => {
    vi.stubGlobal("navigator", { hardwareConcurrency: 64 });
    const backend = await cpu.open();
    expect(backend.device).toBe("WebAssembly SIMD, 8 threads");
    await backend.close();
  });

  it("has one thread without shared memory", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const backend = await cpu.open();
    expect(backend.device).toBe("WebAssembly SIMD, 1 thread");
    await expect(cpu.open({ threads: 2 })).rejects.toThrow(BackendError);
  });

  it("takes no more memory than it may", async () => {
    const backend = await cpu.open({ threads: 1, maxMemoryBytes: 2 ** 20 });
    expect(backend.limits.maxBufferBytes).toBeLessThanOrEqual(2 ** 20);
    await backend.close();
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { maxMemoryBytes: -1 }, { thread: 2 }])(
    "rejects %o",
    async (options) => {
      await expect(cpu.open(options as object)).rejects.toThrow(ArgumentError);
    },
  );
});
