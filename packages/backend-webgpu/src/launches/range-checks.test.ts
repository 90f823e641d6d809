import type { RangeCheck } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { Block } from "../memory/block.ts";
import type { Transfers } from "../memory/transfers.ts";
import { RangeChecks } from "./range-checks.ts";

const alignment = 256;

/** A device whose counters the test sets. */
class FakeTransfers {
  readonly blocksRead: Block[] = [];
  private readonly counters = new Map<Block, Uint32Array<ArrayBuffer>>();

  async read(block: Block, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    this.blocksRead.push(block);
    return this.getCounters(block).buffer.slice(byteOffset, byteOffset + bytes);
  }

  getCounters(block: Block): Uint32Array<ArrayBuffer> {
    const counters = this.counters.get(block) ?? new Uint32Array(block.bytes / 4);
    this.counters.set(block, counters);
    return counters;
  }
}

const makeCheck = (length: number): RangeCheck => ({ argument: "take: indices", range: `[0, ${length})` });

describe("the counters of checks", () => {
  const transfers = new FakeTransfers();
  const device = {
    limits: { minStorageBufferOffsetAlignment: alignment },
    createBuffer: () => ({}),
  } as unknown as GPUDevice;
  const checks = new RangeChecks(device, transfers as unknown as Transfers);
  const regions = Array.from({ length: 150 }, (_, length) => checks.getRegion(makeCheck(length)));
  const collectMessages = async () => (await checks.look())?.map(({ message }) => message);

  /** As a kernel does. */
  function count(length: number, found: number): void {
    const { block, offset } = regions[length]!;
    checks.expect(regions[length]!);
    transfers.getCounters(block)[offset / 4]! += found;
  }

  it("are read only if kernels have run since the last time", async () => {
    expect(await collectMessages()).toBeUndefined();
    count(100, 2);
    count(101, 0);
    expect(await collectMessages()).toEqual(["take: indices: found 2 outside of [0, 100)"]);
    expect(transfers.blocksRead).toEqual([regions[100]!.block]);
    expect(await collectMessages()).toBeUndefined();
  });

  it("are reset to 0", async () => {
    count(1, 2 ** 31 - 1);
    await collectMessages();
    count(1, 2 ** 31 - 1);
    await collectMessages();
    count(1, 3);
    expect(await collectMessages()).toEqual(["take: indices: found 3 outside of [0, 1)"]);
  });
});
