import { sharesOf } from "../queue/entry.ts";
import { controlWord, failureState, messageBytes, Ring, shareOf, slotOf, tagMask, tagOf } from "./ring.ts";

/** No claim: claims are unsigned. */
export const nothing = -1;

/** The side of the ring that claims shares. */
export class WorkerRing extends Ring {
  /** Claims a free share of the entry whose turn it is, or nothing. */
  claim(): number {
    for (;;) {
      const claim = Atomics.load(this.words, controlWord.claim);
      if (!this.isFree(claim)) return nothing;
      if (Atomics.compareExchange(this.words, controlWord.claim, claim, claim + 1) === claim)
        return claim >>> 0;
    }
  }

  /** Whether entries are published behind the one whose turn it is, and that one is for workers. */
  hasQueue(): boolean {
    // In this order: the head is never behind an entry that was open before.
    const open = this.openTag();
    const published = (Atomics.load(this.words, controlWord.head) - open) & tagMask;
    return published > 1 && sharesOf(this.slots, slotOf(open)) > 0;
  }

  /** Reports a share as done, and opens the next entry after the last one. */
  finish(claim: number): void {
    const tag = tagOf(claim);
    // Read before the share counts as done: from then on the entry may end, and its slot be written again.
    const shares = sharesOf(this.slots, slotOf(tag));
    if (Atomics.add(this.words, controlWord.finishedShares, 1) + 1 < shares) return;
    Atomics.store(this.words, controlWord.finishedShares, 0);
    this.openNext(tag, 1);
  }

  /** Leaves a failure for the host, unless an earlier one is still there. */
  fail(claim: number, kernel: number, message: string): void {
    const { words } = this;
    const before = Atomics.compareExchange(
      words,
      controlWord.failure,
      failureState.none,
      failureState.isWritten,
    );
    if (before !== failureState.none) return;
    const text = new TextEncoder().encode(message).subarray(0, messageBytes);
    this.message.set(text);
    words[controlWord.failedTag] = tagOf(claim);
    words[controlWord.failedKernel] = kernel;
    words[controlWord.failureBytes] = text.length;
    Atomics.store(words, controlWord.failure, failureState.isReady);
  }

  /** Blocks until there may be a share to claim. */
  sleep(): void {
    const { words } = this;
    Atomics.add(words, controlWord.sleepers, 1);
    const bell = Atomics.load(words, controlWord.bell);
    // Whoever publishes looks for sleepers afterwards: either it is seen here, or the bell rings.
    if (!this.isFree(Atomics.load(words, controlWord.claim))) Atomics.wait(words, controlWord.bell, bell);
    Atomics.sub(words, controlWord.sleepers, 1);
  }

  private isFree(claim: number): boolean {
    const tag = tagOf(claim);
    if (tag === Atomics.load(this.words, controlWord.head)) return false;
    return shareOf(claim) < sharesOf(this.slots, slotOf(tag));
  }
}
