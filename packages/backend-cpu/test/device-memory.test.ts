import { ArgumentError, BackendError, DisposedError, OutOfMemoryError } from "@evenkeel/tensor";
import { makeBuffer, readValues } from "@evenkeel/tensor/testing";
import { describe, expect, it } from "vitest";
import { makeLaunch } from "./devices.ts";
import { onEveryDevice } from "./every-device.ts";

const count = 1000;
const work = { items: count, chunk: 64 };

onEveryDevice((test) => {
  describe("memory", () => {
    it("counts live bytes, pooled bytes and the peak", () => {
      const first = test.backend.allocate(1000);
      const second = test.backend.allocate(5000);
      test.backend.free(first);
      expect(test.backend.memory()).toMatchObject({ live: 5000, peak: 6000 });
      test.backend.free(second);
      const { live, pooled } = test.backend.memory();
      expect(live).toBe(0);
      for (let step = 0; step < 100; step++) test.backend.free(test.backend.allocate(4000));
      expect(test.backend.memory().pooled).toBe(pooled);
    });

    it("stops growing when steps repeat, whatever is still queued", async () => {
      const oneStep = (): void => {
        const x = makeBuffer(test.backend, Array(count).fill(1));
        const y = test.backend.allocate(count * 4);
        test.backend.launch(makeLaunch("blend", [x, y], [1], work));
        test.backend.free(x);
        test.backend.free(y);
      };
      for (let step = 0; step < 100; step++) oneStep();
      await test.backend.idle();
      const { pooled } = test.backend.memory();
      for (let step = 0; step < 100; step++) oneStep();
      await test.backend.idle();
      for (let step = 0; step < 100; step++) oneStep();
      expect(test.backend.memory().pooled).toBeLessThanOrEqual(2 * pooled);
      expect(test.backend.memory().live).toBe(0);
    });
  });

  describe("misuse", () => {
    it("of freed buffers throws DisposedError", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.backend.free(x);
      expect(() => test.backend.free(x)).toThrow(DisposedError);
      expect(() => test.backend.write(x, 0, Float32Array.of(1))).toThrow(DisposedError);
      expect(() => test.backend.launch(makeLaunch("addTo", [x], [1]))).toThrow(DisposedError);
      await expect(test.backend.read(x, 0, 4)).rejects.toThrow(DisposedError);
    });

    it("of ranges outside a buffer throws ArgumentError", async () => {
      const x = makeBuffer(test.backend, [1]);
      expect(() => test.backend.write(x, 4, Float32Array.of(1))).toThrow(ArgumentError);
      expect(() => test.backend.allocate(-1)).toThrow(ArgumentError);
      await expect(test.backend.read(x, 0, 8)).rejects.toThrow(ArgumentError);
    });

    it("of another device's buffers or kernels throws BackendError", async () => {
      const other = await test.open();
      const x = makeBuffer(other, [1]);
      expect(() => test.backend.launch(makeLaunch("addTo", [x], [1]))).toThrow(BackendError);
      const kernel = { language: "wgsl", entry: "addTo" };
      expect(() => other.launch({ ...makeLaunch("addTo", [x], [1]), kernel })).toThrow(BackendError);
      await other.close();
    });

    it("after close throws DisposedError", async () => {
      const x = makeBuffer(test.backend, [1]);
      test.keepBusy();
      const last = readValues(test.backend, x);
      test.isClosed = true;
      await test.backend.close();
      expect((await last)[0]).toBe(1);
      expect(() => test.backend.allocate(4)).toThrow(DisposedError);
      expect(() => test.backend.free(x)).toThrow(DisposedError);
      expect(() => test.backend.launch(makeLaunch("addTo", [x], [1]))).toThrow(DisposedError);
      expect(() => test.backend.memory()).toThrow(DisposedError);
      await expect(test.backend.read(x, 0, 4)).rejects.toThrow(DisposedError);
      await expect(test.backend.idle()).rejects.toThrow(DisposedError);
      await expect(test.backend.close()).rejects.toThrow(DisposedError);
    });

    it("of more memory than available throws OutOfMemoryError, and the device can still be used", async () => {
      const small = await test.open(2 ** 21);
      const half = small.allocate(2 ** 20);
      expect(() => small.allocate(2 ** 21)).toThrow(OutOfMemoryError);
      expect(() => small.allocate(2 ** 21)).toThrow(
        /too little memory for 2097152 bytes: 1048576 bytes are in use/,
      );
      small.free(half);
      expect(small.allocate(2 ** 20 + 2 ** 19).bytes).toBe(2 ** 20 + 2 ** 19);
      await small.close();
    });
  });
});
