import { memoryAdvice, OutOfMemoryError } from "@evenkeel/tensor";
import { usage } from "../gpu-constants.ts";
import type { Failures } from "../queue/failures.ts";
import { Block } from "./block.ts";
import { computeSizeClass } from "./size-class.ts";

/** Free blocks up to this many bytes are always kept. */
const keptAnyway = 2 ** 26;

export interface PoolLimits {
  readonly maxBufferBytes: number;
  /** Total bytes of all blocks. */
  readonly maxMemoryBytes: number;
}

/**
 * A pool of blocks by size class. A block that is given back can be lent again immediately, because the commands of its
 * new owner come after those of the old one in the queue. The oldest block is lent first, so that steps with the same
 * allocations get the same blocks and find their bind groups in the cache. The pool holds at most twice the bytes that
 * were alive at once.
 */
export class BufferPool {
  private readonly device: GPUDevice;
  private readonly limits: PoolLimits;
  private readonly failures: Failures;
  private readonly release: (block: Block) => void;
  private readonly all = new Set<Block>();
  /** Free blocks by size class, oldest last. */
  private readonly free = new Map<number, Block[]>();
  private nextId = 0;
  private live = 0;
  private pooled = 0;
  private peak = 0;

  /** `release` destroys a block once nothing in the queue needs it. */
  constructor(device: GPUDevice, limits: PoolLimits, failures: Failures, release: (block: Block) => void) {
    this.device = device;
    this.limits = limits;
    this.failures = failures;
    this.release = release;
  }

  /** Throws OutOfMemoryError beyond the limits. If the GPU itself has no room, the next report says so. */
  take(bytes: number): Block {
    const { maxBufferBytes } = this.limits;
    if (bytes > maxBufferBytes) {
      throw new OutOfMemoryError(
        `allocate: found ${bytes} bytes, expected at most ${maxBufferBytes}, the largest buffer that a kernel can bind. ${memoryAdvice}`,
      );
    }
    const size = Math.min(computeSizeClass(bytes), maxBufferBytes);
    const block = this.free.get(size)?.pop();
    if (block !== undefined) this.pooled -= size;
    const taken = block ?? this.makeBlock(size);
    this.live += size;
    this.peak = Math.max(this.peak, this.live);
    return taken;
  }

  give(block: Block): void {
    this.live -= block.bytes;
    if (block.isInvalid) {
      this.discard(block);
      return;
    }
    this.pooled += block.bytes;
    const others = this.free.get(block.bytes) ?? [];
    this.free.set(block.bytes, others);
    others.splice(findPlace(block, others), 0, block);
  }

  getStatistics(): { readonly live: number; readonly pooled: number; readonly peak: number } {
    return { live: this.live, pooled: this.pooled, peak: this.peak };
  }

  /** Destroys every block, lent or not. */
  destroy(): void {
    for (const { gpu } of this.all) gpu.destroy();
    this.all.clear();
    this.free.clear();
  }

  private makeBlock(size: number): Block {
    this.trim(Math.max(this.peak, keptAnyway));
    const { maxMemoryBytes } = this.limits;
    if (this.live + this.pooled + size > maxMemoryBytes) this.trim(maxMemoryBytes - this.live - size);
    if (this.live + size > maxMemoryBytes) {
      throw new OutOfMemoryError(
        `allocate: found ${size} bytes in addition to the ${this.live} in use, expected at most ${maxMemoryBytes} in total. ${memoryAdvice}`,
      );
    }
    this.device.pushErrorScope("out-of-memory");
    const gpu = this.device.createBuffer({
      size,
      usage: usage.storage | usage.copySource | usage.copyTarget,
    });
    const block = new Block(gpu, size, this.nextId++);
    this.all.add(block);
    const { live } = this;
    const fail = (): Error => {
      block.isInvalid = true;
      this.trim(0);
      return new OutOfMemoryError(
        `allocate: the GPU has too little memory for ${size} bytes in addition to the ${live} in use. ${memoryAdvice}`,
      );
    };
    this.failures.watch(this.device.popErrorScope(), fail, this.failures.latest);
    return block;
  }

  /**
   * Releases free blocks until at most `kept` bytes of them are left. The youngest of each size go first, because they
   * are needed least.
   */
  private trim(kept: number): void {
    for (const [size, blocks] of this.free) {
      while (this.pooled > kept && blocks.length > 0) {
        this.pooled -= size;
        this.discard(blocks.shift()!);
      }
    }
  }

  private discard(block: Block): void {
    this.all.delete(block);
    this.release(block);
  }
}

/** The index at which a block belongs among others in descending order of ids. */
function findPlace({ id }: Block, others: readonly Block[]): number {
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (others[middle]!.id > id) low = middle + 1;
    else high = middle;
  }
  return low;
}
