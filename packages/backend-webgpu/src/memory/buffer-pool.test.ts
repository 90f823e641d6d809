import { memoryAdvice, OutOfMemoryError } from "@evenkeel/tensor";
import { beforeEach, describe, expect, test } from "vitest";
import { Failures } from "../queue/failures.ts";
import type { Block } from "./block.ts";
import { BufferPool } from "./buffer-pool.ts";

const mebibyte = 2 ** 20;

/** A GPU with room for so many bytes, which tells of a lack later. */
class FakeGpu {
  used = 0;
  created = 0;
  private lacks: boolean[] = [];
  private readonly room: number;

  constructor(room: number) {
    this.room = room;
  }

  pushErrorScope(): void {
    this.lacks.push(false);
  }

  createBuffer({ size }: GPUBufferDescriptor): GPUBuffer {
    this.created++;
    this.used += size;
    if (this.used > this.room) this.lacks = this.lacks.map(() => true);
    const destroy = (): void => {
      this.used -= size;
    };
    return { destroy } as unknown as GPUBuffer;
  }

  async popErrorScope(): Promise<GPUError | null> {
    return this.lacks.pop() ? ({ message: "no room" } as GPUError) : null;
  }
}

describe("BufferPool", () => {
  let gpu: FakeGpu;
  let failures: Failures;
  let released: Block[];
  let pool: BufferPool;
  beforeEach(() => {
    gpu = new FakeGpu(400 * mebibyte);
    failures = new Failures({ next: 1, running: 0 });
    released = [];
    const limits = { maxBufferBytes: 256 * mebibyte, maxMemoryBytes: 600 * mebibyte };
    pool = new BufferPool(gpu as unknown as GPUDevice, limits, failures, (block) => {
      released.push(block);
      block.gpu.destroy();
    });
  });

  test("reuses freed blocks of the same size class, the oldest first", () => {
    const blocks = Array.from({ length: 5 }, () => pool.take(1000));
    for (const order of [
      [0, 1, 2, 3, 4],
      [4, 1, 3, 0, 2],
      [2, 4, 3, 1, 0],
    ]) {
      for (const index of order) pool.give(blocks[index]!);
      expect([1020, 900, 1000, 1000, 1000].map((bytes) => blocks.indexOf(pool.take(bytes)))).toEqual([
        0, 1, 2, 3, 4,
      ]);
    }
    expect(blocks).not.toContain(pool.take(1000));
    expect(gpu.created).toBe(6);
  });

  test("counts bytes of whole blocks", () => {
    const block = pool.take(1000);
    expect(pool.getStatistics()).toEqual({ live: 1024, pooled: 0, peak: 1024 });
    pool.give(block);
    expect(pool.getStatistics()).toEqual({ live: 0, pooled: 1024, peak: 1024 });
    pool.take(0);
    expect(pool.getStatistics()).toEqual({ live: 256, pooled: 1024, peak: 1024 });
  });

  test("keeps at most twice the peak of live bytes", () => {
    for (let round = 0; round < 20; round++) {
      pool.give(pool.take((100 + 7 * round) * mebibyte));
      expect(gpu.used).toBeLessThanOrEqual(2 * pool.getStatistics().peak);
    }
    expect(released.length).toBeGreaterThan(0);
    expect(gpu.used).toBe(pool.getStatistics().pooled);
  });

  test("frees pooled blocks before it reports a lack of memory", () => {
    const held = [pool.take(160 * mebibyte), pool.take(160 * mebibyte)];
    for (const block of held) pool.give(block);
    const large = [pool.take(256 * mebibyte), pool.take(256 * mebibyte)];
    expect(released).toHaveLength(2);
    expect(() => pool.take(128 * mebibyte)).toThrow(
      new OutOfMemoryError(
        `allocate: found ${128 * mebibyte} bytes in addition to the ${512 * mebibyte} in use, expected at most ${600 * mebibyte} in total. ${memoryAdvice}`,
      ),
    );
    expect(() => pool.take(257 * mebibyte)).toThrow(/expected at most 268435456, the largest buffer/);
    for (const block of large) pool.give(block);
  });

  test("reports that the GPU has too little memory, frees the pooled blocks, and never reuses the failed block", async () => {
    const kept = pool.take(128 * mebibyte);
    pool.give(kept);
    const first = pool.take(256 * mebibyte);
    const second = pool.take(192 * mebibyte);
    await expect(failures.report(1)).rejects.toThrow(
      /^allocate: the GPU has too little memory for 201326592 bytes in addition to the 268435456 in use\. Work in `scope`, .* smaller batches$/,
    );
    expect(released).toEqual([kept]);
    pool.give(second);
    expect(released).toEqual([kept, second]);
    expect(pool.take(192 * mebibyte)).not.toBe(second);
    await expect(failures.report(1)).rejects.toBeInstanceOf(OutOfMemoryError);
    pool.give(first);
    pool.destroy();
    expect(gpu.used).toBe(0);
  });
});
