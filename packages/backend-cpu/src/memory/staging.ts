import type { Allocator, Block } from "./allocator.ts";

const smallestBytes = 256;

/**
 * Memory that the host may fill right away, because no queued launch touches it: the sources of queued writes, the
 * targets of queued reads, long argument lists. Blocks are kept for reuse and never go back to the allocator.
 */
export class Staging {
  private readonly allocator: Allocator;
  private readonly isDone: (ticket: number) => boolean;
  private readonly kept = new Map<number, Block[]>();

  constructor(allocator: Allocator, isDone: (ticket: number) => boolean) {
    this.allocator = allocator;
    this.isDone = isDone;
  }

  /** Undefined when there is no room. */
  take(bytes: number): Block | undefined {
    const size = Math.max(smallestBytes, 2 ** Math.ceil(Math.log2(bytes)));
    const blocks = this.blocksOf(size);
    // The longest released is first: where that one is still in use, so are most.
    const [oldest] = blocks;
    if (oldest === undefined || !this.isDone(oldest.lastUse)) return this.allocator.allocateFresh(size);
    blocks.shift();
    return oldest;
  }

  /** The block may be taken again once the launch with this ticket has run. */
  release(block: Block, lastUse: number): void {
    block.lastUse = lastUse;
    this.blocksOf(block.bytes).push(block);
  }

  private blocksOf(size: number): Block[] {
    let blocks = this.kept.get(size);
    if (blocks === undefined) {
      blocks = [];
      this.kept.set(size, blocks);
    }
    return blocks;
  }
}
