import type { RangeCheck } from "@evenkeel/tensor";
import { makeRangeError } from "@evenkeel/tensor";
import { usage } from "../gpu-constants.ts";
import { Block } from "../memory/block.ts";
import type { Transfers } from "../memory/transfers.ts";
import type { Region } from "./bindings.ts";

/** Counters in a bank. Models need only a few. */
const countersOfBank = 64;
const counterBytes = 16;
const wordBytes = 4;

interface Counter {
  readonly check: RangeCheck;
  /** The count when it was last reported. Counters only grow. */
  seen: number;
}

interface Bank {
  readonly block: Block;
  readonly counters: Counter[];
}

/** The counters of range checks on the GPU, one for each check, which its text identifies. Reads look at those that may have grown. */
export class RangeChecks {
  private readonly device: GPUDevice;
  private readonly transfers: Transfers;
  private readonly alignment: number;
  private readonly banks: Bank[] = [];
  private readonly regions = new Map<string, Region>();
  /** Banks whose counters may have grown since the last look. */
  private readonly toLookAt = new Set<Bank>();

  constructor(device: GPUDevice, transfers: Transfers) {
    this.device = device;
    this.transfers = transfers;
    this.alignment = device.limits.minStorageBufferOffsetAlignment;
  }

  getRegion(check: RangeCheck): Region {
    const text = `${check.argument}: ${check.range}`;
    let region = this.regions.get(text);
    if (region === undefined) {
      region = this.add(check);
      this.regions.set(text, region);
    }
    return region;
  }

  /** Notes that a kernel counts in this region. Must be called in the order of the queue. */
  expect({ block }: Region): void {
    this.toLookAt.add(this.banks.find((bank) => bank.block === block)!);
  }

  /**
   * The errors that the kernels queued so far have counted, or undefined if none has run since the last look. Must be
   * called in the order of the queue.
   */
  look(): Promise<Error[]> | undefined {
    if (this.toLookAt.size === 0) return undefined;
    const banks = [...this.toLookAt].map(async ({ block, counters }) => {
      const known = [...counters];
      const bytes = await this.transfers.read(block, 0, (known.length - 1) * this.alignment + wordBytes);
      const words = new Uint32Array(bytes);
      return known.flatMap((counter, index) => {
        const count = words[(index * this.alignment) / wordBytes]!;
        // A count that exceeds a word wraps around.
        const found = (count - counter.seen) | 0;
        if (found <= 0) return [];
        counter.seen = count;
        return [makeRangeError(counter.check, found)];
      });
    });
    this.toLookAt.clear();
    return Promise.all(banks).then((errors) => errors.flat());
  }

  destroy(): void {
    for (const { block } of this.banks) block.gpu.destroy();
  }

  private add(check: RangeCheck): Region {
    let bank = this.banks.at(-1);
    if (bank === undefined || bank.counters.length === countersOfBank) {
      const size = countersOfBank * this.alignment;
      const gpu = this.device.createBuffer({ size, usage: usage.storage | usage.copySource });
      // Negative, because the ids of the pool's blocks count from 0.
      bank = { block: new Block(gpu, size, -1 - this.banks.length), counters: [] };
      this.banks.push(bank);
    }
    const offset = bank.counters.length * this.alignment;
    bank.counters.push({ check, seen: 0 });
    return { block: bank.block, offset, bytes: counterBytes };
  }
}
