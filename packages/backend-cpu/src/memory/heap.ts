import { memoryAdvice, OutOfMemoryError } from "@evenkeel/tensor";
import type { Block } from "./allocator.ts";
import { Allocator } from "./allocator.ts";
import type { DeviceMemory } from "./device-memory.ts";
import { Staging } from "./staging.ts";

const slabBytes = 256 * 1024;

/** Allocates device memory for buffers, for staging blocks, and for data that stays until the device closes. */
export class Heap {
  readonly memory: DeviceMemory;
  private readonly allocator: Allocator;
  private readonly staging: Staging;
  private slabAddress = 0;
  private slabEnd = 0;
  private live = 0;
  private peak = 0;

  /** `isDone` returns whether the launch with a ticket has run. */
  constructor(memory: DeviceMemory, isDone: (ticket: number) => boolean) {
    this.memory = memory;
    this.allocator = new Allocator(memory);
    this.staging = new Staging(this.allocator, isDone);
  }

  /** Throws OutOfMemoryError. */
  allocate(bytes: number): Block {
    const block = this.allocateScratch(bytes);
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
    return block;
  }

  /** `bytes` is the size that was requested. */
  free(block: Block, bytes: number): void {
    this.allocator.free(block);
    this.live -= bytes;
  }

  /** Memory for launches that no buffer owns: it does not count as live. Throws OutOfMemoryError. */
  allocateScratch(bytes: number): Block {
    const block = this.allocator.allocate(bytes);
    if (block !== undefined) return block;
    this.staging.giveBack();
    return this.allocator.allocate(bytes) ?? this.fail(bytes);
  }

  freeScratch(block: Block): void {
    this.allocator.free(block);
  }

  /** A block that the host may fill at once. Throws OutOfMemoryError. */
  stage(bytes: number): Block {
    return this.tryStage(bytes) ?? this.fail(bytes);
  }

  /** Like `stage`, but returns undefined when there is no room. */
  tryStage(bytes: number): Block | undefined {
    return this.staging.take(bytes);
  }

  /** The block may be filled again once the launch with this ticket has run. */
  unstage(block: Block, lastUse: number): void {
    this.staging.release(block, lastUse);
  }

  /** Stores bytes until the device closes, and returns their address. Throws OutOfMemoryError. */
  keep(data: Uint8Array): number {
    const bytes = Math.ceil(data.length / 16) * 16;
    if (this.slabAddress + bytes > this.slabEnd) {
      const slab = this.staging.findUntouched(Math.max(bytes, slabBytes), bytes) ?? this.fail(bytes);
      this.slabAddress = slab.address;
      this.slabEnd = slab.address + slab.bytes;
    }
    const address = this.slabAddress;
    this.slabAddress += bytes;
    this.memory.bytes.set(data, address);
    return address;
  }

  getStatistics(): { live: number; pooled: number; peak: number } {
    return { live: this.live, pooled: this.memory.used - this.live, peak: this.peak };
  }

  private fail(bytes: number): never {
    throw new OutOfMemoryError(
      `cpu: found too little memory for ${bytes} bytes: ${this.live} bytes are in use and ${this.memory.used - this.live} kept for reuse, of ${this.memory.capacity}. ${memoryAdvice}`,
    );
  }
}
