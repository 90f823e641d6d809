import { availableParallelism } from "node:os";
import { runInNewContext } from "node:vm";
import { ArgumentError, add, BackendError, fromData, matmul, take, tensor, uniform } from "@evenkeel/tensor";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { CpuOptions } from "./cpu.ts";
import { cpu } from "./cpu.ts";
import { isOneOf, testedEngines } from "./wide/tested-engines.ts";

afterEach(() => vi.unstubAllGlobals());

// A process has vectors of 256 bits only if its first device has them.
beforeAll(async () => (await cpu().open()).close());

describe("cpu", () => {
  it("opens with the requested number of threads", async () => {
    for (const threads of [1, 2, 3]) {
      const backend = await cpu({ threads, vectors: 128 }).open();
      expect(backend.device).toBe(`WebAssembly SIMD, ${threads} ${threads === 1 ? "thread" : "threads"}`);
      expect(backend.threads).toBe(threads);
      expect(backend.name).toBe("cpu");
      await backend.close();
    }
  });

  describe("with vectors of 256 bits", () => {
    const isTested = process.arch === "x64" && isOneOf(testedEngines, process.versions.v8);

    it.runIf(isTested)(
      "names them, and computes the same bits as with 128 on any number of threads",
      async () => {
        const run = async (options: CpuOptions): Promise<[device: string, values: unknown]> => {
          const backend = await cpu(options).open();
          const a = uniform([70, 300], { seed: 1, stream: 0, backend });
          const b = uniform([300, 90], { seed: 2, stream: 0, backend });
          const values = await matmul(a, b).data();
          await backend.close();
          return [backend.device, values];
        };
        const [, expected] = await run({ threads: 1, vectors: 128 });
        for (const threads of [1, 2, 3]) {
          const [device, found] = await run({ threads, vectors: 256 });
          expect(device).toBe(`WebAssembly SIMD 256, ${threads} ${threads === 1 ? "thread" : "threads"}`);
          expect(found).toEqual(expected);
        }
        vi.stubGlobal("SharedArrayBuffer", undefined);
        expect(await run({ vectors: 256 })).toEqual(["WebAssembly SIMD 256, 1 thread", expected]);
      },
    );

    it("opens by default", async () => {
      const backend = await cpu({ threads: 2 }).open();
      expect(backend.device).toMatch(/^WebAssembly SIMD( 256)?, 2 threads$/);
      await backend.close();
    });
  });

  it("has at most 8 threads by default", async () => {
    vi.stubGlobal("navigator", { hardwareConcurrency: 64 });
    const backend = await cpu().open();
    expect(backend.threads).toBe(8);
    await backend.close();
  });

  it("has one thread without shared memory", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const backend = await cpu({ vectors: 128 }).open();
    expect(backend.device).toBe("WebAssembly SIMD, 1 thread");
    await expect(cpu({ threads: 2 }).open()).rejects.toThrow(BackendError);
  });

  it("counts processors without a navigator", async () => {
    vi.stubGlobal("navigator", undefined);
    const backend = await cpu({ vectors: 128 }).open();
    const threads = Math.min(8, availableParallelism());
    expect(backend.device).toBe(`WebAssembly SIMD, ${threads} ${threads === 1 ? "thread" : "threads"}`);
    await backend.close();
  });

  it("imports modules of Node if the process does not provide them", async () => {
    vi.stubGlobal("process", { ...process, getBuiltinModule: undefined });
    const backend = await cpu({ threads: 2, vectors: 128 }).open();
    await backend.idle();
    expect(backend.device).toBe("WebAssembly SIMD, 2 threads");
    await backend.close();
  });

  it("lets timers run while a program of one thread reads one result after another", async () => {
    const backend = await cpu({ threads: 1 }).open();
    const x = tensor([1], { backend });
    let hasFired = false;
    const timer = setTimeout(() => {
      hasFired = true;
    });
    for (let read = 0; read < 10_000_000 && !hasFired; read++) await x.data();
    expect(hasFired).toBe(true);
    clearTimeout(timer);
    await backend.close();
  });

  describe("without enough memory", () => {
    /** An engine that has no memory, plain or shared, of more than so many pages. */
    const stubMemory = (most: { readonly plain: number; readonly shared: number }): void => {
      const { Memory } = WebAssembly;
      const limited = function refuse(descriptor: WebAssembly.MemoryDescriptor) {
        const limit = descriptor.shared ? most.shared : most.plain;
        if (descriptor.maximum! <= limit) return new Memory(descriptor);
        throw new RangeError("could not allocate memory");
      };
      vi.stubGlobal(
        "WebAssembly",
        new Proxy(WebAssembly, {
          get: (target, name) => (name === "Memory" ? limited : Reflect.get(target, name)),
        }),
      );
    };

    it("uses as much memory as the engine provides", async () => {
      stubMemory({ plain: 0, shared: 1000 });
      const backend = await cpu({ threads: 2 }).open();
      expect(backend.limits.maxBufferBytes).toBeLessThan(1000 * 65_536);
      expect(backend.limits.maxBufferBytes).toBeGreaterThan(500 * 65_536);
      await backend.close();
    });

    it("has one thread if the memory cannot be shared, unless more are requested", async () => {
      stubMemory({ plain: 2 ** 16, shared: 0 });
      const backend = await cpu({ vectors: 128 }).open();
      expect(backend.device).toBe("WebAssembly SIMD, 1 thread");
      expect((await fromData([1, 2], { shape: [2], dtype: "f32" }, { backend }).data())[1]).toBe(2);
      await backend.close();
      const asked = cpu({ threads: 2 }).open();
      await expect(asked).rejects.toThrow(BackendError);
      await expect(asked).rejects.toThrow(
        /^cpu: the engine does not provide shared memory of \d+ bytes: could not allocate memory$/,
      );
    });

    it("reports that there is no memory at all", async () => {
      stubMemory({ plain: 0, shared: 0 });
      await expect(cpu().open()).rejects.toThrow(BackendError);
      await expect(cpu().open()).rejects.toThrow(/^cpu: the engine does not provide memory of \d+ bytes/);
    });

    it("reports that there is no memory for the queue of the threads", async () => {
      vi.stubGlobal("SharedArrayBuffer", function refuse() {
        throw new RangeError("Array buffer allocation failed");
      });
      const opening = cpu({ threads: 2 }).open();
      await expect(opening).rejects.toThrow(BackendError);
      await expect(opening).rejects.toThrow(/shared memory for threads: Array buffer allocation failed$/);
    });
  });

  it("reports what a page's policy must allow", async () => {
    vi.stubGlobal("WebAssembly", {
      validate: WebAssembly.validate,
      Module: function refuse() {
        throw new EvalError("blocked by the policy");
      },
    });
    await expect(cpu().open()).rejects.toThrow(/^cpu: .*'wasm-unsafe-eval'.*\(blocked by the policy\)$/);
  });

  it.each([true, false])("works in memory of another realm, shared %s", async (isShared) => {
    vi.stubGlobal("WebAssembly", runInNewContext("WebAssembly"));
    if (!isShared) vi.stubGlobal("SharedArrayBuffer", undefined);
    const backend = await cpu({ threads: 1 }).open();
    const x = fromData([1, 2], { shape: [2], dtype: "f32" }, { backend });
    expect([
      ...(await add(x, take(x, fromData([1, 0], { shape: [2], dtype: "i32" }, { backend }))).data()),
    ]).toEqual([3, 3]);
    await backend.close();
  });

  it("uses no more memory than allowed", async () => {
    const backend = await cpu({ threads: 1, maxMemoryBytes: 2 ** 20 }).open();
    expect(backend.limits.maxBufferBytes).toBeLessThanOrEqual(2 ** 20);
    await backend.close();
  });

  it.each([1, 2])("reads and writes in order without staging memory, on %i threads", async (threads) => {
    const backend = await cpu({ threads, maxMemoryBytes: 2 ** 20 }).open();
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

  it.each([{ threads: 0 }, { threads: 1.5 }, { maxMemoryBytes: -1 }, { thread: 2 }, { vectors: 512 }])(
    "rejects %o",
    (options) => {
      expect(() => cpu(options as object)).toThrow(ArgumentError);
    },
  );
});
