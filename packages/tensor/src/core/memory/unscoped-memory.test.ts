import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { DisposedError, OutOfMemoryError } from "../../checks/errors.ts";
import { tensor } from "../../creation/tensor.ts";
import { makeBackendWith } from "../../testing/backend-with.ts";
import { MemoryBackend } from "../../testing/memory-backend.ts";
import type { DeviceBuffer } from "../devices/launch.ts";
import { keep, scope } from "./scope.ts";
import { makeAlias, type Tensor } from "./tensor.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects garbage until the backend holds so many buffers, or for a while. */
async function buffersLeft(backend: MemoryBackend, expected: number): Promise<number> {
  for (let round = 0; round < 50 && backend.buffersAlive !== expected; round++) {
    collect();
    await setTimeout(1);
  }
  return backend.buffersAlive;
}

const make = (backend: MemoryBackend): Tensor => tensor([1, 2, 3], { backend });

test("tensors that were created outside all scopes and forgotten are freed", async () => {
  const backend = new MemoryBackend();
  const kept = make(backend);
  for (let count = 0; count < 3; count++) make(backend);
  expect(backend.buffersAlive).toBe(4);
  expect(await buffersLeft(backend, 1)).toBe(1);
  kept.dispose();
  expect(await buffersLeft(backend, 0)).toBe(0);
});

test("tensors that left the outermost scope and were forgotten are freed", async () => {
  const backend = new MemoryBackend();
  for (let count = 0; count < 3; count++) scope(() => [make(backend), make(backend)]);
  expect(backend.buffersAlive).toBe(6);
  expect(await buffersLeft(backend, 0)).toBe(0);
});

test("memory is kept while one of its views can be reached, whatever happened to the others", async () => {
  const backend = new MemoryBackend();
  const views = [make(backend)];
  views[0] = makeAlias(views[0]!);
  const inner = scope(() => keep(make(backend)));
  await buffersLeft(backend, 0);
  expect(backend.buffersAlive).toBe(2);
  expect([...(await views[0].data())]).toEqual([1, 2, 3]);
  inner.dispose();
});

test("memory is freed once, explicitly or by garbage collection", async () => {
  const freed = new Map<DeviceBuffer, number>();
  const memory = new MemoryBackend();
  const backend = makeBackendWith(memory, {
    free(buffer) {
      freed.set(buffer, (freed.get(buffer) ?? 0) + 1);
      memory.free(buffer);
    },
  });
  for (let count = 0; count < 3; count++) {
    make(backend).dispose();
    make(backend);
  }
  await buffersLeft(backend, 0);
  collect();
  await setTimeout(1);
  expect([...freed.values()]).toEqual([1, 1, 1, 1, 1, 1]);
});

test("a backend that has been closed is not called", async () => {
  let attempts = 0;
  const backend = makeBackendWith(new MemoryBackend(), {
    free() {
      attempts++;
      throw new DisposedError("closed");
    },
  });
  make(backend);
  for (let round = 0; round < 50 && attempts === 0; round++) {
    collect();
    await setTimeout(1);
  }
  expect(attempts).toBe(1);
});

test("an out-of-memory error reports how much memory of its backend belongs to no scope, and when it is freed", () => {
  const memory = new MemoryBackend();
  const backend = makeBackendWith(memory, {
    allocate(bytes) {
      if (memory.buffersAlive > 0) throw new OutOfMemoryError("no room");
      return memory.allocate(bytes);
    },
  });
  const x = make(backend);
  const y = tensor(new Float32Array(1000), { backend: new MemoryBackend() });
  expect(() => make(backend)).toThrow(/^no room \(12 bytes belong to tensors outside any scope/);
  expect(() => make(backend)).toThrow(/freed only when the event loop runs/);
  x.dispose();
  y.dispose();
});
