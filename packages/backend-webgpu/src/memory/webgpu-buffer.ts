import type { DeviceBuffer } from "@evenkeel/tensor";
import type { Block } from "./block.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** A buffer of one GPU device. */
export class WebgpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly block: Block;
  /** Tells the buffers of two devices apart. */
  readonly pool: BufferPool;
  isFreed: boolean = false;

  constructor(bytes: number, block: Block, pool: BufferPool) {
    this.bytes = bytes;
    this.block = block;
    this.pool = pool;
  }
}
