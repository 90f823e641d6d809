import { OutOfMemoryError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { makeDeviceMemory } from "./device-memory.ts";
import { Heap } from "./heap.ts";

const megabyte = 2 ** 20;

/** A heap of 8 MiB on a device that has run the launches before `done`. */
function newHeap(): { heap: Heap; queue: { done: number } } {
  const queue = { done: 0 };
  return {
    heap: new Heap(makeDeviceMemory(false, 8 * megabyte), (ticket) => ticket < queue.done),
    queue,
  };
}

describe("the heap", () => {
  it("frees staging blocks when buffers need the space, once their launches have run", () => {
    const { heap, queue } = newHeap();
    heap.unstage(heap.stage(4 * megabyte), 5);
    expect(() => heap.allocate(6 * megabyte)).toThrow(OutOfMemoryError);
    queue.done = 6;
    expect(heap.allocate(6 * megabyte).bytes).toBe(6 * megabyte);
  });

  it("stages in free memory that no launch uses when there is no fresh memory left", () => {
    const { heap, queue } = newHeap();
    const [busy, idle] = [heap.allocate(3 * megabyte), heap.allocate(4 * megabyte)];
    const between = heap.allocate(megabyte - 2048);
    busy.lastUse = 9;
    idle.lastUse = 2;
    queue.done = 3;
    heap.free(idle, 4 * megabyte);
    expect(heap.stage(3 * megabyte).address).toBe(idle.address);
    heap.free(busy, 3 * megabyte);
    expect(() => heap.stage(2 * megabyte)).toThrow(OutOfMemoryError);
    expect(heap.stage(megabyte / 2).lastUse).toBeLessThan(queue.done);
    queue.done = 10;
    expect(heap.stage(2 * megabyte).address).toBe(busy.address);
    expect(between.isFree).toBe(false);
  });

  it("keeps bytes in freed memory", () => {
    const { heap } = newHeap();
    const all = heap.memory.capacity - 64;
    heap.free(heap.allocate(all), all);
    const address = heap.keep(Uint8Array.of(1, 2, 3));
    expect([...heap.memory.bytes.subarray(address, address + 3)]).toEqual([1, 2, 3]);
  });
});
