import { computeBlockAddress, ringCapacity } from "../memory/argument-blocks.ts";
import type { Failure } from "../queue/engine.ts";
import type { Entry } from "../queue/entry.ts";
import { writeEntry } from "../queue/entry.ts";
import { computeSlot, controlWord, failureState, Ring, tagMask } from "./ring.ts";

/** No tag. */
const nobodyWaits = -1;
const pollMilliseconds = 1;

/** ES2024, where the engine has it. */
const { waitAsync } = Atomics as {
  waitAsync?: (
    words: Int32Array,
    index: number,
    value: number,
  ) => { async: true; value: Promise<unknown> } | { async: false };
};

/** The side of the ring that publishes entries and never blocks. */
export class HostRing extends Ring {
  /** Publishes an entry. `memory` is device memory in words. Fewer than `ringCapacity` earlier entries may be unfinished. */
  publish(ticket: number, entry: Entry, threads: number, memory: Int32Array): void {
    const tag = ticket & tagMask;
    const block = computeBlockAddress(tag % ringCapacity);
    const shares = writeEntry(this.slots, computeSlot(tag), entry, memory, block);
    Atomics.store(this.shares, tag % ringCapacity, shares);
    Atomics.store(this.words, controlWord.head, (tag + 1) & tagMask);
    const sleepers = Atomics.load(this.words, controlWord.sleepers);
    // While an earlier entry runs, the worker that finishes it wakes the workers for this one.
    if (sleepers > 0 && this.openTag() === tag) this.wake(shares - (threads - sleepers));
  }

  /** Ends the host step that is open. */
  finishHost(): void {
    this.openNext(this.openTag(), 0);
  }

  /** The number of finished entries, given that number at an earlier time. */
  countFinishedSince(before: number): number {
    return before + ((this.openTag() - before) & tagMask);
  }

  /** Requests that the signal changes when this many entries have finished. Returns its present value. */
  requestSignal(completed: number): number {
    Atomics.store(this.words, controlWord.awaited, completed & tagMask);
    return Atomics.load(this.words, controlWord.signal);
  }

  /** Resolves when the signal changes; undefined when it has changed already. */
  waitForChange(signal: number): Promise<unknown> | undefined {
    if (waitAsync === undefined) return new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    const wait = waitAsync(this.words, controlWord.signal, signal);
    return wait.async ? wait.value : undefined;
  }

  stopSignals(): void {
    Atomics.store(this.words, controlWord.awaited, nobodyWaits);
  }

  /** Takes the failure that workers have recorded, if its entry comes before `ticket`. */
  takeFailure(ticket: number, finishedBefore: number): Failure | undefined {
    const { words } = this;
    if (Atomics.load(words, controlWord.failure) === failureState.none) return undefined;
    this.lockFailure();
    const finished = this.countFinishedSince(finishedBefore);
    const failed = finished - ((finished - words[controlWord.failedTag]!) & tagMask);
    if (failed >= ticket) {
      Atomics.store(words, controlWord.failure, failureState.isReady);
      return undefined;
    }
    const message = new TextDecoder().decode(this.message.slice(0, words[controlWord.failureBytes]));
    const kernel = words[controlWord.failedKernel]!;
    const counters = words[controlWord.failedCounters]! >>> 0;
    const outside = counters !== 0 && { counters, count: words[controlWord.outside]! >>> 0 };
    Atomics.store(words, controlWord.failure, failureState.none);
    return { ticket: failed, kernel, message, ...(outside && { outside }) };
  }
}
