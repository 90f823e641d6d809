import type { Backend, HostLaunch, WasmKernel } from "@evenkeel/tensor";
import { ArgumentError, BackendError, DeviceError, DisposedError, OutOfMemoryError } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bufferOf, devices, launchOf, valuesOf, viewOf } from "./testing/devices.ts";

const count = 1000;
const work = { items: count, chunk: 64 };
const slowWork = 3_000_000;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(devices)("a device with %s", (_, open) => {
  let backend: Backend;
  let isClosed: boolean;

  beforeEach(async () => {
    backend = await open();
    isClosed = false;
  });
  afterEach(async () => {
    if (!isClosed) await backend.close();
  });

  /** Puts work into the queue that is still running when the test goes on, where anything runs in the background. */
  function keepBusy(): void {
    const buffer = backend.allocate(16);
    backend.launch(launchOf("work", [buffer], [slowWork], { items: 4, chunk: 1 }));
    backend.free(buffer);
  }

  describe("order", () => {
    it("runs launches one after the other", async () => {
      const x = bufferOf(backend, Array(count).fill(1));
      const y = backend.allocate(count * 4);
      for (let step = 0; step < 20; step++) {
        backend.launch(launchOf("blend", [x, y], [1], work));
        backend.launch(launchOf("blend", [y, x], [0], work));
      }
      // Two blends take x to the running sum of x[i - 1] + x[i - 2], so any overlap shows.
      const expected = new Float32Array(count).fill(1);
      for (let step = 0; step < 20; step++) {
        const between = expected.map((value, i) => value + (expected[i - 1] ?? 0));
        for (let i = 0; i < count; i++) expected[i] = between[i - 1] ?? 0;
      }
      expect(await valuesOf(backend, x)).toEqual(expected);
    });

    it("lets queued launches see what a buffer held before a later write", async () => {
      const x = bufferOf(backend, Array(count).fill(1));
      const y = backend.allocate(count * 4);
      keepBusy();
      backend.launch(launchOf("blend", [x, y], [3], work));
      const data = new Float32Array(count).fill(50);
      backend.write(x, 0, data);
      data.fill(-1);
      const expected = new Float32Array(count).fill(4);
      expected[0] = 3;
      expect(await valuesOf(backend, y)).toEqual(expected);
      expect(await valuesOf(backend, x)).toEqual(new Float32Array(count).fill(50));
    });

    it("reads what a buffer holds at the time of the call", async () => {
      const x = bufferOf(backend, [0, 0, 0]);
      const reads: Promise<Float32Array>[] = [];
      keepBusy();
      for (let step = 0; step < 5; step++) {
        backend.launch(launchOf("addTo", [x], [1], { items: 3, chunk: 1 }));
        reads.push(valuesOf(backend, x));
      }
      backend.write(x, 4, Float32Array.of(9));
      const values = await Promise.all(reads);
      expect(values.map((value) => [...value])).toEqual(
        [1, 2, 3, 4, 5].map((value) => [value, value, value]),
      );
      expect(await valuesOf(backend, x)).toEqual(Float32Array.of(5, 9, 5));
    });

    it("reuses freed memory only for what is queued later", async () => {
      const x = bufferOf(backend, Array(count).fill(2));
      const y = backend.allocate(count * 4);
      const warmUp = backend.memory().pooled;
      keepBusy();
      backend.launch(launchOf("blend", [x, y], [1], work));
      backend.free(x);
      const z = bufferOf(backend, Array(count).fill(7));
      backend.launch(launchOf("addTo", [z], [1], work));
      const [sums, sevens] = await Promise.all([valuesOf(backend, y), valuesOf(backend, z)]);
      expect(sums.subarray(1)).toEqual(new Float32Array(count - 1).fill(4));
      expect(sevens).toEqual(new Float32Array(count).fill(8));
      expect(backend.memory().live).toBe(2 * count * 4);
      expect(warmUp).toBeGreaterThanOrEqual(0);
    });

    it("reads a view and writes at an offset", async () => {
      const x = bufferOf(backend, [1, 2, 3, 4, 5]);
      backend.write(x, 8, Float32Array.of(30, 40));
      expect(new Float32Array(await backend.read(x, 4, 12))).toEqual(Float32Array.of(2, 30, 40));
      expect((await backend.read(x, 20, 0)).byteLength).toBe(0);
    });

    it("takes buffers of no bytes and launches of no items", async () => {
      const nothing = backend.allocate(0);
      backend.write(nothing, 0, new Float32Array());
      backend.launch(launchOf("addTo", [nothing], [1], { items: 0, chunk: 8 }));
      keepBusy();
      backend.launch(launchOf("addTo", [nothing], [1], { items: 0, chunk: 8 }));
      expect((await backend.read(nothing, 0, 0)).byteLength).toBe(0);
      backend.free(nothing);
      await backend.idle();
    });
  });

  describe("kernels", () => {
    it("get 0 for an absent operand", async () => {
      const x = bufferOf(backend, [0]);
      backend.launch(launchOf("countAbsent", [undefined, x, x], []));
      expect((await valuesOf(backend, x))[0]).toBe(1);
    });

    it("take long argument lists", async () => {
      const powers = Array.from({ length: 24 }, (_, power) => power % 2);
      const y = backend.allocate(4);
      keepBusy();
      for (let step = 0; step < 3; step++) backend.launch(launchOf("manyArguments", [y], powers));
      backend.launch(launchOf("addTo", [y], [-1]));
      const expected = powers.reduce((sum, bit, power) => sum + bit * 2 ** power, 0) - 1;
      expect((await valuesOf(backend, y))[0]).toBe(Math.fround(expected));
    });

    it("have scratch of their own, which grows", async () => {
      const y = backend.allocate(count * 4);
      for (const words of [16, 1024, 64]) {
        const scratchBytes = words * 4;
        backend.launch(launchOf("throughScratch", [y], [words], { items: count, chunk: 10, scratchBytes }));
        expect(await valuesOf(backend, y)).toEqual(Float32Array.from({ length: count }, (_, i) => i));
      }
    });

    it("run every chunk once, however many there are", async () => {
      const many = 100_003;
      const x = bufferOf(backend, Array(many).fill(0));
      backend.launch(launchOf("addTo", [x], [1], { items: many, chunk: 1 }));
      backend.launch(launchOf("addTo", [x], [1], { items: many, chunk: 7 }));
      backend.launch(launchOf("addTo", [x], [1], { items: many, chunk: 2 * many }));
      expect((await valuesOf(backend, x)).every((value) => value === 3)).toBe(true);
    });

    it("give the same bits however many threads there are", async () => {
      const length = 1000;
      const chunks = 64;
      const values = Float32Array.from({ length: length * chunks }, (_, i) => Math.sin(i) * 10 ** (i % 9));
      const reference = Float32Array.from({ length: chunks }, (_, chunk) =>
        values
          .subarray(chunk * length, (chunk + 1) * length)
          .reduce((sum, value) => Math.fround(sum + value), 0),
      ).reduce((sum, value) => Math.fround(sum + value), 0);
      const x = bufferOf(backend, values);
      const partial = backend.allocate(chunks * 4);
      const total = backend.allocate(4);
      backend.launch(launchOf("sumChunks", [x, partial], [length], { items: chunks, chunk: 1 }));
      backend.launch(launchOf("sumChunks", [partial, total], [chunks]));
      expect((await valuesOf(backend, total))[0]).toBe(reference);
    });

    it("queue up without bound", async () => {
      const x = bufferOf(backend, [0, 0]);
      keepBusy();
      for (let step = 0; step < 10_000; step++) {
        backend.launch(launchOf("addTo", [x], [1], { items: 2, chunk: 1 }));
        if (step % 1000 === 0) backend.write(x, 4, Float32Array.of(0));
      }
      expect(await valuesOf(backend, x)).toEqual(Float32Array.of(10_000, 999));
    });
  });

  describe("host steps", () => {
    const step = (
      buffer: ReturnType<Backend["allocate"]>,
      run: HostLaunch<unknown>["run"],
      access: "read" | "write" | "read-write" = "read-write",
    ): Parameters<Backend["launch"]>[0] => ({
      kind: "host",
      name: "step",
      operands: { x: { operand: viewOf(buffer), spec: { shape: [buffer.bytes / 4], dtype: "f32" }, access } },
      run,
    });

    it("run in their place while the queue waits", async () => {
      const x = bufferOf(backend, [1, 1]);
      const seen: number[][] = [];
      keepBusy();
      backend.launch(launchOf("addTo", [x], [1], { items: 2, chunk: 2 }));
      backend.launch(
        step(x, async ({ x: values }) => {
          seen.push([...values!]);
          await pause(20);
          values![0] = 10;
        }),
      );
      backend.launch(launchOf("addTo", [x], [1], { items: 2, chunk: 1 }));
      const between = valuesOf(backend, x);
      backend.launch(step(x, ({ x: values }) => void seen.push([...values!]), "read"));
      backend.write(x, 0, Float32Array.of(0, 0));
      expect(seen).toEqual([]);
      await backend.idle();
      expect(seen).toEqual([
        [2, 2],
        [11, 3],
      ]);
      expect(await between).toEqual(Float32Array.of(11, 3));
      expect(await valuesOf(backend, x)).toEqual(Float32Array.of(0, 0));
    });

    it("keep their arrays while the memory grows", async () => {
      const x = bufferOf(backend, [1, 2]);
      backend.launch(
        step(x, async ({ x: values }) => {
          await pause(10);
          values![1] = values![0]! + 41;
        }),
      );
      await pause(1);
      const large = backend.allocate(2 ** 26);
      backend.write(large, 2 ** 26 - 4, Float32Array.of(5));
      expect(await valuesOf(backend, x)).toEqual(Float32Array.of(1, 42));
      expect(new Float32Array(await backend.read(large, 2 ** 26 - 4, 4))[0]).toBe(5);
    });

    it("fail by name, and the queue goes on", async () => {
      const x = bufferOf(backend, [1, 2]);
      backend.launch(
        step(x, async () => {
          await pause(1);
          throw new RangeError("no peer");
        }),
      );
      backend.launch(launchOf("addTo", [x], [1], { items: 2, chunk: 2 }));
      await expect(valuesOf(backend, x)).rejects.toThrow(new DeviceError('host step "step" failed: no peer'));
      expect(await valuesOf(backend, x)).toEqual(Float32Array.of(2, 3));
    });
  });

  describe("failures", () => {
    it("of a kernel reject the next read by name, once", async () => {
      const x = bufferOf(backend, [1]);
      backend.launch(launchOf("trap", [x], []));
      backend.launch(launchOf("addTo", [x], [1]));
      const failed = valuesOf(backend, x);
      await expect(failed).rejects.toBeInstanceOf(DeviceError);
      await expect(failed).rejects.toThrow(/launch "trap" failed: unreachable/);
      expect((await valuesOf(backend, x))[0]).toBe(2);
      await backend.idle();
    });

    it("leave reads alone that were called before", async () => {
      const x = bufferOf(backend, [1]);
      keepBusy();
      const before = valuesOf(backend, x);
      backend.launch(launchOf("trap", [x], [], { items: 50, chunk: 1 }));
      expect((await before)[0]).toBe(1);
      await expect(backend.idle()).rejects.toThrow(/trap/);
    });

    it("are reported in order", async () => {
      const x = bufferOf(backend, [1]);
      backend.launch(launchOf("trap", [x], []));
      const host: HostLaunch<never> = {
        kind: "host",
        name: "second",
        operands: {},
        run: () => Promise.reject(new Error("too")),
      };
      backend.launch(host);
      await expect(backend.idle()).rejects.toThrow(/trap/);
      await expect(backend.idle()).rejects.toThrow(/second/);
      await backend.idle();
    });

    it("name what does not compile or does not exist", async () => {
      const broken: WasmKernel = { language: "wasm", module: btoa("not a module"), entry: "broken" };
      backend.launch({ ...launchOf("trap", [], []), kernel: broken });
      await expect(backend.idle()).rejects.toThrow(/launch "broken" failed/);
      backend.launch(launchOf("nowhere", [], []));
      await expect(backend.idle()).rejects.toThrow(/the module has no function "nowhere"/);
    });
  });

  describe("memory", () => {
    it("counts what is alive, what is kept and the peak", () => {
      const first = backend.allocate(1000);
      const second = backend.allocate(5000);
      backend.free(first);
      expect(backend.memory()).toMatchObject({ live: 5000, peak: 6000 });
      backend.free(second);
      const { live, pooled } = backend.memory();
      expect(live).toBe(0);
      for (let step = 0; step < 100; step++) backend.free(backend.allocate(4000));
      expect(backend.memory().pooled).toBe(pooled);
    });

    it("stops growing when steps repeat, whatever is still queued", async () => {
      const oneStep = (): void => {
        const x = bufferOf(backend, Array(count).fill(1));
        const y = backend.allocate(count * 4);
        backend.launch(launchOf("blend", [x, y], [1], work));
        backend.free(x);
        backend.free(y);
      };
      for (let step = 0; step < 100; step++) oneStep();
      await backend.idle();
      const { pooled } = backend.memory();
      for (let step = 0; step < 100; step++) oneStep();
      await backend.idle();
      for (let step = 0; step < 100; step++) oneStep();
      expect(backend.memory().pooled).toBeLessThanOrEqual(2 * pooled);
      expect(backend.memory().live).toBe(0);
    });
  });

  describe("misuse", () => {
    it("of freed buffers throws DisposedError", async () => {
      const x = bufferOf(backend, [1]);
      backend.free(x);
      expect(() => backend.free(x)).toThrow(DisposedError);
      expect(() => backend.write(x, 0, Float32Array.of(1))).toThrow(DisposedError);
      expect(() => backend.launch(launchOf("addTo", [x], [1]))).toThrow(DisposedError);
      await expect(backend.read(x, 0, 4)).rejects.toThrow(DisposedError);
    });

    it("of ranges outside of a buffer throws ArgumentError", async () => {
      const x = bufferOf(backend, [1]);
      expect(() => backend.write(x, 4, Float32Array.of(1))).toThrow(ArgumentError);
      expect(() => backend.allocate(-1)).toThrow(ArgumentError);
      await expect(backend.read(x, 0, 8)).rejects.toThrow(ArgumentError);
    });

    it("of another device's buffers or kernels throws BackendError", async () => {
      const other = await open();
      const x = bufferOf(other, [1]);
      expect(() => backend.launch(launchOf("addTo", [x], [1]))).toThrow(BackendError);
      const kernel = { language: "wgsl", entry: "addTo" };
      expect(() => other.launch({ ...launchOf("addTo", [x], [1]), kernel })).toThrow(BackendError);
      await other.close();
    });

    it("after close throws DisposedError", async () => {
      const x = bufferOf(backend, [1]);
      keepBusy();
      const last = valuesOf(backend, x);
      isClosed = true;
      await backend.close();
      expect((await last)[0]).toBe(1);
      expect(() => backend.allocate(4)).toThrow(DisposedError);
      expect(() => backend.free(x)).toThrow(DisposedError);
      expect(() => backend.launch(launchOf("addTo", [x], [1]))).toThrow(DisposedError);
      expect(() => backend.memory()).toThrow(DisposedError);
      await expect(backend.read(x, 0, 4)).rejects.toThrow(DisposedError);
      await expect(backend.idle()).rejects.toThrow(DisposedError);
      await expect(backend.close()).rejects.toThrow(DisposedError);
    });

    it("of more memory than there is throws OutOfMemoryError, and the device goes on", async () => {
      const small = await open(2 ** 21);
      const half = small.allocate(2 ** 20);
      expect(() => small.allocate(2 ** 21)).toThrow(OutOfMemoryError);
      expect(() => small.allocate(2 ** 21)).toThrow(/no room for 2097152 bytes: 1048576 bytes are in use/);
      small.free(half);
      expect(small.allocate(2 ** 20 + 2 ** 19).bytes).toBe(2 ** 20 + 2 ** 19);
      await small.close();
    });
  });
});
