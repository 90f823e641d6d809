import type { RangeCheck } from "@evenkeel/tensor";
import { makeRangeError } from "@evenkeel/tensor";
import type { Heap } from "../memory/heap.ts";
import { counterStride } from "../queue/entry.ts";

/** The counters of range checks in device memory: one per worker for each check, which its text identifies. */
export class RangeChecks {
  private readonly heap: Heap;
  private readonly threads: number;
  private readonly addresses = new Map<string, number>();
  private readonly checks = new Map<number, RangeCheck>();

  constructor(heap: Heap, threads: number) {
    this.heap = heap;
    this.threads = threads;
  }

  /** Throws OutOfMemoryError. */
  getCounters(check: RangeCheck): number {
    const text = `${check.argument}: ${check.range}`;
    let address = this.addresses.get(text);
    if (address === undefined) {
      address = this.heap.keep(new Uint8Array(this.threads * counterStride));
      this.addresses.set(text, address);
      this.checks.set(address, check);
    }
    return address;
  }

  makeError(counters: number, count: number): Error {
    return makeRangeError(this.checks.get(counters)!, count);
  }
}
