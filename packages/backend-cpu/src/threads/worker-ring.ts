import {
  computeTakenIndex,
  controlWord,
  decodeShare,
  decodeTag,
  encodeClaim,
  failureState,
  messageBytes,
  Ring,
  tagMask,
} from "./ring.ts";

/** Returned where there is no claim. Claims are unsigned. */
export const nothing = -1;

/** The side of the ring that claims shares. */
export class WorkerRing extends Ring {
  private readonly worker: number;
  private readonly threads: number;

  constructor(shared: SharedArrayBuffer, worker: number, threads: number) {
    super(shared);
    this.worker = worker;
    this.threads = threads;
  }

  /**
   * Claims a share of the open entry: from the worker's own range while it has any left, else from that of another
   * worker. Returns `nothing` if there is none.
   */
  claim(): number {
    const { words, taken, threads } = this;
    let open = this.openTag();
    for (let step = 0; step < threads && open !== Atomics.load(words, controlWord.head); ) {
      const range = (this.worker + step) % threads;
      const index = computeTakenIndex(range);
      const before = Atomics.load(taken, index);
      const count = decodeTag(before) === open ? decodeShare(before) : 0;
      const shares = this.countShares(open);
      const share = computeFirstShare(range, shares, threads) + count;
      const now = this.openTag();
      if (now !== open) {
        // By now the shares or counts may belong to another entry that has been opened.
        open = now;
        step = 0;
      } else if (share >= computeFirstShare(range + 1, shares, threads)) {
        step++;
      } else if (Atomics.compareExchange(taken, index, before, encodeClaim(open, count + 1)) === before) {
        return encodeClaim(open, share);
      }
    }
    return nothing;
  }

  /** Whether entries are published behind the open one, and the open one is for workers. */
  hasQueue(): boolean {
    // The order matters: the head is never behind an entry that was open earlier.
    const open = this.openTag();
    const published = (Atomics.load(this.words, controlWord.head) - open) & tagMask;
    return published > 1 && this.countShares(open) > 0;
  }

  /** Reports a share as done, and opens the next entry after the last one. */
  finish(claim: number): void {
    const tag = decodeTag(claim);
    // Read before the share counts as done, because from then on the entry may end and its slot may be reused.
    const shares = this.countShares(tag);
    if (Atomics.add(this.words, controlWord.finishedShares, 1) + 1 < shares) return;
    Atomics.store(this.words, controlWord.finishedShares, 0);
    this.openNext(tag, 1);
  }

  /** Records a failure for the host, unless an earlier one has not been taken yet. */
  fail(claim: number, kernel: number, message: string): void {
    if (!this.lockFailure()) this.writeFailure(claim, kernel, message, 0);
    Atomics.store(this.words, controlWord.failure, failureState.isReady);
  }

  /** Records values out of range. The counts of one check add up until the host takes them. */
  failOutside(claim: number, kernel: number, counters: number, count: number): void {
    const { words } = this;
    if (!this.lockFailure()) this.writeFailure(claim, kernel, "", counters);
    if (words[controlWord.failedCounters]! >>> 0 === counters) words[controlWord.outside]! += count;
    Atomics.store(words, controlWord.failure, failureState.isReady);
  }

  private writeFailure(claim: number, kernel: number, message: string, counters: number): void {
    const { words } = this;
    const text = new TextEncoder().encode(message).subarray(0, messageBytes);
    this.message.set(text);
    words[controlWord.failedTag] = decodeTag(claim);
    words[controlWord.failedKernel] = kernel;
    words[controlWord.failureBytes] = text.length;
    words[controlWord.failedCounters] = counters;
    words[controlWord.outside] = 0;
  }

  /** Claims a share, or sleeps until there may be one. */
  claimOrSleep(): number {
    const { words } = this;
    Atomics.add(words, controlWord.sleepers, 1);
    const bell = Atomics.load(words, controlWord.bell);
    // The host looks for sleepers after it has published. Either this claim sees the entry, or the host wakes this
    // worker.
    const claim = this.claim();
    if (claim === nothing) Atomics.wait(words, controlWord.bell, bell);
    Atomics.sub(words, controlWord.sleepers, 1);
    return claim;
  }
}

/** The beginning of a worker's range of shares. The sizes of ranges differ by at most one share. */
const computeFirstShare = (worker: number, shares: number, threads: number): number =>
  Math.ceil((worker * shares) / threads);
