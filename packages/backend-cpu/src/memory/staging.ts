import type { Allocator, Block } from "./allocator.ts";

const smallestBytes = 256;

/**
 * Memory that the host may fill right away, because no queued launch touches it: the sources of queued writes, the
 * targets of queued reads, long argument lists. Blocks are kept for reuse, and go back to the allocator when memory runs
 * short.
 */
export class Staging {
  private readonly allocator: Allocator;
  private readonly isDone: (ticket: number) => boolean;
  private readonly kept = new Map<number, Block[]>();

  constructor(allocator: Allocator, isDone: (ticket: number) => boolean) {
    this.allocator = allocator;
    this.isDone = isDone;
  }

  /** Returns undefined when there is no room. */
  take(bytes: number): Block | undefined {
    const size = Math.max(smallestBytes, 2 ** Math.ceil(Math.log2(bytes)));
    const blocks = this.getBlocks(size);
    // The block that was released first comes first: if it is still in use, most of the others are too.
    const [oldest] = blocks;
    if (oldest === undefined || !this.isDone(oldest.lastUse)) return this.findUntouched(size, bytes);
    blocks.shift();
    return oldest;
  }

  /**
   * A block that no queued launch touches: memory that is used for the first time, else free memory of at least `least`
   * bytes. Undefined when there is no room.
   */
  findUntouched(bytes: number, least: number = bytes): Block | undefined {
    const fresh = this.allocator.allocateFresh(bytes);
    if (fresh !== undefined) return fresh;
    this.giveBack();
    const busy: Block[] = [];
    let block = this.allocator.allocate(least);
    while (block !== undefined && !this.isDone(block.lastUse)) {
      busy.push(block);
      block = this.allocator.allocate(least);
    }
    for (const other of busy) this.allocator.free(other);
    return block;
  }

  /** Returns every block that is no longer in use to the allocator. */
  giveBack(): void {
    for (const [size, blocks] of this.kept) {
      const idle = blocks.filter(({ lastUse }) => this.isDone(lastUse));
      this.kept.set(
        size,
        blocks.filter((block) => !idle.includes(block)),
      );
      for (const block of idle) this.allocator.free(block);
    }
  }

  /** Lets the block be taken again once the launch with this ticket has run. */
  release(block: Block, lastUse: number): void {
    block.lastUse = lastUse;
    this.getBlocks(block.bytes).push(block);
  }

  private getBlocks(size: number): Block[] {
    let blocks = this.kept.get(size);
    if (blocks === undefined) {
      blocks = [];
      this.kept.set(size, blocks);
    }
    return blocks;
  }
}
