import { makeBuffer, readValues } from "@evenkeel/tensor/testing";
import { describe, expect, it } from "vitest";
import { makeLaunch } from "./devices.ts";
import { onEveryDevice } from "./every-device.ts";

const count = 1000;
const work = { items: count, chunk: 64 };

onEveryDevice((test) => {
  describe("order", () => {
    it("runs launches one after another", async () => {
      const x = makeBuffer(test.backend, Array(count).fill(1));
      const y = test.backend.allocate(count * 4);
      for (let step = 0; step < 20; step++) {
        test.backend.launch(makeLaunch("blend", [x, y], [1], work));
        test.backend.launch(makeLaunch("blend", [y, x], [0], work));
      }
      // Two blends take x to the running sum of x[i - 1] + x[i - 2], so any overlap shows.
      const expected = new Float32Array(count).fill(1);
      for (let step = 0; step < 20; step++) {
        const between = expected.map((value, i) => value + (expected[i - 1] ?? 0));
        for (let i = 0; i < count; i++) expected[i] = between[i - 1] ?? 0;
      }
      expect(await readValues(test.backend, x)).toEqual(expected);
    });

    it("lets queued launches read the contents of a buffer before a later write", async () => {
      const x = makeBuffer(test.backend, Array(count).fill(1));
      const y = test.backend.allocate(count * 4);
      test.keepBusy();
      test.backend.launch(makeLaunch("blend", [x, y], [3], work));
      const data = new Float32Array(count).fill(50);
      test.backend.write(x, 0, data);
      data.fill(-1);
      const expected = new Float32Array(count).fill(4);
      expected[0] = 3;
      expect(await readValues(test.backend, y)).toEqual(expected);
      expect(await readValues(test.backend, x)).toEqual(new Float32Array(count).fill(50));
    });

    it("reads the contents of a buffer at the time of the call", async () => {
      const x = makeBuffer(test.backend, [0, 0, 0]);
      const reads: Promise<Float32Array>[] = [];
      test.keepBusy();
      for (let step = 0; step < 5; step++) {
        test.backend.launch(makeLaunch("addTo", [x], [1], { items: 3, chunk: 1 }));
        reads.push(readValues(test.backend, x));
      }
      test.backend.write(x, 4, Float32Array.of(9));
      const values = await Promise.all(reads);
      expect(values.map((value) => [...value])).toEqual(
        [1, 2, 3, 4, 5].map((value) => [value, value, value]),
      );
      expect(await readValues(test.backend, x)).toEqual(Float32Array.of(5, 9, 5));
    });

    it("reuses freed memory only for what is queued later", async () => {
      const x = makeBuffer(test.backend, Array(count).fill(2));
      const y = test.backend.allocate(count * 4);
      test.keepBusy();
      test.backend.launch(makeLaunch("blend", [x, y], [1], work));
      test.backend.free(x);
      const z = makeBuffer(test.backend, Array(count).fill(7));
      test.backend.launch(makeLaunch("addTo", [z], [1], work));
      const [sums, sevens] = await Promise.all([readValues(test.backend, y), readValues(test.backend, z)]);
      expect(sums.subarray(1)).toEqual(new Float32Array(count - 1).fill(4));
      expect(sevens).toEqual(new Float32Array(count).fill(8));
      expect(test.backend.memory().live).toBe(2 * count * 4);
    });

    it("reads a view and writes at an offset", async () => {
      const x = makeBuffer(test.backend, [1, 2, 3, 4, 5]);
      test.backend.write(x, 8, Float32Array.of(30, 40));
      expect(new Float32Array(await test.backend.read(x, 4, 12))).toEqual(Float32Array.of(2, 30, 40));
      expect((await test.backend.read(x, 20, 0)).byteLength).toBe(0);
    });

    it("accepts buffers of no bytes and launches of no items", async () => {
      const nothing = test.backend.allocate(0);
      test.backend.write(nothing, 0, new Float32Array());
      test.backend.launch(makeLaunch("addTo", [nothing], [1], { items: 0, chunk: 8 }));
      test.keepBusy();
      test.backend.launch(makeLaunch("addTo", [nothing], [1], { items: 0, chunk: 8 }));
      expect((await test.backend.read(nothing, 0, 0)).byteLength).toBe(0);
      test.backend.free(nothing);
      await test.backend.idle();
    });
  });

  describe("kernels", () => {
    it("get 0 for an absent operand", async () => {
      const x = makeBuffer(test.backend, [0]);
      test.backend.launch(makeLaunch("countAbsent", [undefined, x, x], []));
      expect((await readValues(test.backend, x))[0]).toBe(1);
    });

    it("accept long argument lists", async () => {
      const values = Array.from({ length: 36 }, (_, index) => (index * 5) % 7);
      const y = test.backend.allocate(4);
      test.keepBusy();
      for (let step = 0; step < 3; step++) test.backend.launch(makeLaunch("weightedSum", [y], values));
      test.backend.launch(makeLaunch("addTo", [y], [-1]));
      const expected = values.reduce((sum, value, index) => sum + value * (index + 1), 0) - 1;
      expect((await readValues(test.backend, y))[0]).toBe(expected);
    });

    it("have their own scratch, which grows", async () => {
      const y = test.backend.allocate(count * 4);
      for (const words of [16, 1024, 64]) {
        const scratchBytes = words * 4;
        test.backend.launch(
          makeLaunch("throughScratch", [y], [words], { items: count, chunk: 10, scratchBytes }),
        );
        expect(await readValues(test.backend, y)).toEqual(Float32Array.from({ length: count }, (_, i) => i));
      }
    });

    it("run every chunk once, however many there are", async () => {
      const many = 100_003;
      const x = makeBuffer(test.backend, Array(many).fill(0));
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: many, chunk: 1 }));
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: many, chunk: 7 }));
      test.backend.launch(makeLaunch("addTo", [x], [1], { items: many, chunk: 2 * many }));
      expect((await readValues(test.backend, x)).every((value) => value === 3)).toBe(true);
    });

    it("give the same bits for any number of threads", async () => {
      const length = 1000;
      const chunks = 64;
      const values = Float32Array.from({ length: length * chunks }, (_, i) => Math.sin(i) * 10 ** (i % 9));
      const reference = Float32Array.from({ length: chunks }, (_, chunk) =>
        values
          .subarray(chunk * length, (chunk + 1) * length)
          .reduce((sum, value) => Math.fround(sum + value), 0),
      ).reduce((sum, value) => Math.fround(sum + value), 0);
      const x = makeBuffer(test.backend, values);
      const partial = test.backend.allocate(chunks * 4);
      const total = test.backend.allocate(4);
      test.backend.launch(makeLaunch("sumChunks", [x, partial], [length], { items: chunks, chunk: 1 }));
      test.backend.launch(makeLaunch("sumChunks", [partial, total], [chunks]));
      expect((await readValues(test.backend, total))[0]).toBe(reference);
    });

    it("run once each in a long queue of large and small ones", async () => {
      const items = 512;
      const chunks = [16, 32, 64, 256, items];
      const x = makeBuffer(test.backend, Array(items).fill(0));
      let launches = 0;
      for (let burst = 0; burst < 8; burst++) {
        for (let step = 0; step < 2000; step++) {
          const chunk = chunks[(step * 7 + burst * 3 + (step >> 3)) % chunks.length]!;
          test.backend.launch(makeLaunch("addTo", [x], [1], { items, chunk }));
          launches++;
        }
        expect(new Set(await readValues(test.backend, x))).toEqual(new Set([launches]));
      }
    });

    it("can be queued without limit", async () => {
      const x = makeBuffer(test.backend, [0, 0]);
      test.keepBusy();
      for (let step = 0; step < 10_000; step++) {
        test.backend.launch(makeLaunch("addTo", [x], [1], { items: 2, chunk: 1 }));
        if (step % 1000 === 0) test.backend.write(x, 4, Float32Array.of(0));
      }
      expect(await readValues(test.backend, x)).toEqual(Float32Array.of(10_000, 999));
    });
  });
});
