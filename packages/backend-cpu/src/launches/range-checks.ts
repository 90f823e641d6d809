import type { RangeCheck } from "@evenkeel/tensor";
import { rangeError } from "@evenkeel/tensor";
import type { Heap } from "../memory/heap.ts";
import { counterStride } from "../queue/entry.ts";

/** The counters of range checks in device memory: for each error message, one counter per worker. */
export class RangeChecks {
  private readonly heap: Heap;
  private readonly threads: number;
  private readonly known = new WeakMap<RangeCheck, number>();
  private readonly addresses = new Map<string, number>();
  private readonly checks = new Map<number, RangeCheck>();

  constructor(heap: Heap, threads: number) {
    this.heap = heap;
    this.threads = threads;
  }

  /** Throws OutOfMemoryError. */
  countersOf(check: RangeCheck): number {
    let address = this.known.get(check);
    if (address === undefined) {
      const { message } = rangeError(check, 0);
      address = this.addresses.get(message) ?? this.heap.keep(new Uint8Array(this.threads * counterStride));
      this.addresses.set(message, address);
      this.checks.set(address, check);
      this.known.set(check, address);
    }
    return address;
  }

  errorOf(counters: number, count: number): Error {
    return rangeError(this.checks.get(counters)!, count);
  }
}
