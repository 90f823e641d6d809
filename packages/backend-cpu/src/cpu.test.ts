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

  it("says what a page's policy must allow", async () => {
    vi.stubGlobal("WebAssembly", {
      validate: WebAssembly.validate,
      Module: function refuse() {
        throw new EvalError("blocked by the policy");
      },
    });
    await expect(cpu.open()).rejects.toThrow(/^cpu: .*'wasm-unsafe-eval'.*\(blocked by the policy\)$/);
  });

  it("takes no more memory than it may", async () => {
    const backend = await cpu.open({ threads: 1, maxMemoryBytes: 2 ** 20 });
    expect(backend.limits.maxBufferBytes).toBeLessThanOrEqual(2 ** 20);
    await backend.close();
  });

  it.each([1, 2])("reads and writes in order without room to stage in, on %i threads", async (threads) => {
    const backend = await cpu.open({ threads, maxMemoryBytes: 2 ** 20 });
    const bytes = 900_000;
    const buffer = backend.allocate(bytes);
    const spec = { shape: [bytes], dtype: "u8" } as const;
    const operand = { operand: { buffer, byteOffset: 0, bytes }, spec, access: "read-write" } as const;
    const values = new Uint8Array(bytes).fill(1);
    backend.write(buffer, 0, values);
    backend.launch({
      kind: "host",
      name: "double",
      operands: { operand },
      run: async (arrays) => {
        await new Promise((resolve) => setTimeout(resolve));
        arrays.operand!.forEach((value, index, all) => {
          all[index] = 2 * value;
        });
      },
    });
    const doubled = backend.read(buffer, 0, bytes);
    backend.write(buffer, 0, values.fill(7));
    values.fill(0);
    const overwritten = backend.read(buffer, 0, bytes);
    expect(new Set(new Uint8Array(await doubled))).toEqual(new Set([2]));
    expect(new Set(new Uint8Array(await overwritten))).toEqual(new Set([7]));
    await backend.close();
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { maxMemoryBytes: -1 }, { thread: 2 }])(
    "rejects %o",
    async (options) => {
      await expect(cpu.open(options as object)).rejects.toThrow(ArgumentError);
    },
  );
});
