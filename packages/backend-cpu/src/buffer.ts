import type { DeviceBuffer } from "@evenkeel/tensor";
import type { Block } from "./memory/allocator.ts";
import type { Heap } from "./memory/heap.ts";

/** A buffer of one CPU device. */
export class CpuBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly block: Block;
  /** Tells the buffers of two devices apart. */
  readonly heap: Heap;
  isFreed: boolean = false;

  constructor(bytes: number, block: Block, heap: Heap) {
    this.bytes = bytes;
    this.block = block;
    this.heap = heap;
  }
}
