import { ArgumentError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { Block } from "../memory/block.ts";
import type { BufferPool } from "../memory/buffer-pool.ts";
import { WebgpuBuffer } from "../memory/webgpu-buffer.ts";
import type { Region } from "./bindings.ts";
import { findAccesses, findRegion } from "./bindings.ts";

const block = (id: number): Block => new Block({} as GPUBuffer, 4096, id);
const [a, b] = [block(0), block(1)];
const region = (of: Block, offset: number, bytes: number): Region => ({ block: of, offset, bytes });

describe("findAccesses", () => {
  const makeKey = (...args: Parameters<typeof findAccesses>): string => {
    const { ofReads, ofWrites } = findAccesses(...args);
    return [...ofReads, ...ofWrites].join("");
  };

  test("reads operands in blocks other than those of the outputs, and skips absent ones", () => {
    expect(makeKey([region(a, 0, 64), undefined, region(a, 0, 64)], [region(b, 0, 64)], "k")).toBe("r-rw");
  });

  test("binds another part of an output's block as writable", () => {
    const { ofReads, ofWrites, copied } = findAccesses([region(b, 256, 64)], [region(b, 0, 64)], "k");
    expect([ofReads, ofWrites, copied]).toEqual([["w"], ["w"], []]);
  });

  test("copies operands that overlap with an output", () => {
    const reads = [region(a, 0, 16), region(b, 0, 300)];
    const { ofReads, ofWrites, copied } = findAccesses(reads, [region(b, 256, 64)], "k");
    expect([ofReads, ofWrites, copied]).toEqual([["r", "r"], ["w"], [1]]);
  });

  test("throws for outputs that overlap", () => {
    const writes = [region(a, 0, 300), undefined, region(a, 256, 64)];
    expect(() => findAccesses([], writes, "k")).toThrow(ArgumentError);
    expect(makeKey([], [region(a, 0, 256), region(a, 256, 64)], "k")).toBe("ww");
  });
});

describe("findRegion", () => {
  const buffer = new WebgpuBuffer(1000, a, {} as BufferPool);

  test("covers whole vectors, at least one", () => {
    expect(findRegion({ buffer, byteOffset: 256, bytes: 17 }, 256, "k")).toEqual(region(a, 256, 32));
    expect(findRegion({ buffer, byteOffset: 0, bytes: 0 }, 256, "k")).toEqual(region(a, 0, 16));
  });

  test("binds the beginning of the block for an empty view, which may be at its end", () => {
    expect(findRegion({ buffer, byteOffset: 4096, bytes: 0 }, 256, "k")).toEqual(region(a, 0, 16));
  });

  test("throws if the offset cannot be bound", () => {
    expect(() => findRegion({ buffer, byteOffset: 4, bytes: 4 }, 256, "k")).toThrow(
      new ArgumentError("k: found a view at byte 4 of its buffer, expected a multiple of 256"),
    );
  });
});
