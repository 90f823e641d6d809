import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Block } from "./allocator.ts";
import { Allocator } from "./allocator.ts";
import { makeDeviceMemory } from "./device-memory.ts";

const megabyte = 2 ** 20;

function newAllocator(maxBytes = 64 * megabyte): {
  allocator: Allocator;
  memory: ReturnType<typeof makeDeviceMemory>;
} {
  const memory = makeDeviceMemory(false, maxBytes);
  return { allocator: new Allocator(memory), memory };
}

const overlap = (a: Block, b: Block): boolean =>
  a.address < b.address + b.bytes && b.address < a.address + a.bytes;

describe("the allocator", () => {
  it("allocates aligned blocks that do not overlap, and merges freed ones", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ allocate: fc.oneof(fc.nat(2000), fc.nat(megabyte)) }),
        fc.record({ free: fc.nat(1000) }),
      ),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const { allocator, memory } = newAllocator();
        const alive: Block[] = [];
        for (const step of sequence) {
          if ("free" in step) {
            if (alive.length > 0) allocator.free(alive.splice(step.free % alive.length, 1)[0]!);
            continue;
          }
          const block = allocator.allocate(step.allocate);
          if (block === undefined) continue;
          expect(block.bytes).toBeGreaterThanOrEqual(Math.max(1, step.allocate));
          expect(block.address % 64).toBe(0);
          expect(block.address).toBeGreaterThan(0);
          expect(block.address + block.bytes).toBeLessThanOrEqual(memory.bytes.length);
          expect(alive.some((other) => overlap(block, other))).toBe(false);
          alive.push(block);
        }
        for (const block of alive) allocator.free(block);
        const { used } = memory;
        if (used === 0) return;
        expect(allocator.allocate(used)?.bytes).toBe(used);
        expect(memory.used).toBe(used);
      }),
      { numRuns: 200 },
    );
  });

  it("uses free memory before it grows, and grows by the missing amount", () => {
    const { allocator, memory } = newAllocator();
    const first = allocator.allocate(64_000)!;
    const second = allocator.allocate(64_000)!;
    allocator.free(first);
    expect(allocator.allocate(1000)!.address).toBe(first.address);
    allocator.free(second);
    allocator.allocate(128_000);
    expect(memory.used).toBe(1024 + 128_000);
  });

  it("keeps the last use of all blocks that it merges", () => {
    const { allocator } = newAllocator();
    const blocks = [1, 2, 3].map(() => allocator.allocate(64)!);
    blocks.forEach((block, index) => {
      block.lastUse = [4, 9, 2][index]!;
    });
    for (const block of blocks) allocator.free(block);
    expect(allocator.allocate(192)!.lastUse).toBe(9);
  });

  it("returns fresh blocks that were never allocated before", () => {
    const { allocator } = newAllocator();
    const used = allocator.allocate(4096)!;
    used.lastUse = 7;
    allocator.free(used);
    const fresh = allocator.allocateFresh(4096)!;
    expect(fresh.lastUse).toBe(-1);
    expect(overlap(used, fresh)).toBe(false);
  });

  it("uses memory up to the last allowed byte, and no further", () => {
    const { allocator, memory } = newAllocator(megabyte);
    expect(allocator.allocate(memory.capacity + 1)).toBeUndefined();
    const all = Math.floor(memory.capacity / 64) * 64;
    expect(allocator.allocate(all)?.bytes).toBe(all);
    expect(allocator.allocate(1)).toBeUndefined();
  });

  it("rejects sizes beyond 32-bit arithmetic, however much is free", () => {
    const { allocator, memory } = newAllocator();
    allocator.free(allocator.allocate(megabyte)!);
    // In units of 64 bytes these wrap around to small numbers.
    for (const bytes of [2 ** 38, 2 ** 38 + 640, 2 ** 53 - 1]) {
      expect(allocator.allocate(bytes)).toBeUndefined();
    }
    expect(allocator.allocate(megabyte)?.bytes).toBe(megabyte);
    expect(memory.used).toBe(megabyte);
  });
});
