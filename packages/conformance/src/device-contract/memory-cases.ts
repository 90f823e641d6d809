import { DisposedError, OutOfMemoryError } from "@evenkeel/tensor";
import { makeBuffer } from "@evenkeel/tensor/testing";
import type { ContractCase } from "./tools.ts";
import { expectEqual, expectError, readNumbers } from "./tools.ts";

/** Buffers: writing, reading, ownership and memory statistics. */
export const memoryCases: readonly ContractCase[] = [
  {
    name: "a buffer of zero bytes is allocated, written, read and freed",
    async run(backend) {
      const buffer = backend.allocate(0);
      backend.write(buffer, 0, new Float32Array(0));
      expectEqual((await backend.read(buffer, 0, 0)).byteLength, 0, "bytes read");
      backend.free(buffer);
    },
  },
  {
    name: "what is written is read, at any offset",
    async run(backend) {
      const buffer = makeBuffer(backend, [1, 2, 3, 4, 5]);
      const { offsetAlignment } = backend.limits;
      const wide = backend.allocate(offsetAlignment + 8);
      backend.write(wide, offsetAlignment, Float32Array.of(6, 7));
      backend.write(buffer, 4, Float32Array.of(-2, -3));
      expectEqual(await readNumbers(backend, buffer), [1, -2, -3, 4, 5], "values");
      expectEqual([...new Float32Array(await backend.read(wide, offsetAlignment, 8))], [6, 7], "part");
    },
  },
  {
    name: "data is copied before `write` returns",
    async run(backend) {
      const data = Float32Array.of(1, 2);
      const buffer = backend.allocate(8);
      backend.write(buffer, 0, data);
      data.fill(9);
      expectEqual(await readNumbers(backend, buffer), [1, 2], "values");
    },
  },
  {
    name: "what was read belongs to the caller",
    async run(backend) {
      const buffer = makeBuffer(backend, [1, 2]);
      const first = await backend.read(buffer, 0, 8);
      backend.write(buffer, 0, Float32Array.of(3, 4));
      await backend.idle();
      expectEqual([...new Float32Array(first)], [1, 2], "values read before");
    },
  },
  {
    name: "memory() counts what is alive and remembers the peak",
    async run(backend) {
      const before = backend.memory();
      const buffers = [backend.allocate(4000), backend.allocate(12_000)];
      const during = backend.memory();
      if (during.live - before.live < 16_000)
        throw new Error(`live: found ${during.live - before.live} bytes more, expected 16000`);
      for (const buffer of buffers) backend.free(buffer);
      await backend.idle();
      expectEqual(backend.memory().live, before.live, "live bytes in the end");
      if (backend.memory().peak < during.live) throw new Error("peak: expected at least what was alive");
    },
  },
  {
    name: "freeing twice throws DisposedError",
    async run(backend) {
      const buffer = backend.allocate(16);
      backend.free(buffer);
      await expectError(DisposedError, "free", () => backend.free(buffer));
    },
  },
  {
    name: "more bytes than there are throw OutOfMemoryError, and the device stays usable",
    async run(backend) {
      await expectError(OutOfMemoryError, "allocate", () =>
        backend.allocate(backend.limits.maxBufferBytes * 16),
      );
      expectEqual(await readNumbers(backend, makeBuffer(backend, [1, 2])), [1, 2], "values");
    },
  },
];
