import { ringCapacity } from "../memory/argument-blocks.ts";
import { slotWords } from "../queue/entry.ts";

/** A claim is one word, so that it changes atomically: the tag of an entry, and a share of it or a count of shares. */
const shareBits = 9;
const shareMask: number = 2 ** shareBits - 1;
/** Tickets wrap here. The ring holds far fewer entries, so the distance of two is never in doubt. */
export const tagMask: number = 2 ** (32 - shareBits) - 1;

/** Words that different threads write are on different cache lines, 16 words apart. */
export const controlWord = {
  /** The tag of the open entry. */
  open: 0,
  finishedShares: 16,
  /** The tag of the first ticket that has not been published. */
  head: 32,
  sleepers: 48,
  bell: 64,
  /** The count of finished entries that the host waits for. */
  awaited: 80,
  signal: 96,
  failure: 112,
  failedTag: 113,
  failedKernel: 114,
  failureBytes: 115,
  /** The address of the counters of a failed range check, or 0, and how many values were out of range. */
  failedCounters: 116,
  outside: 117,
} as const;

export const failureState = { none: 0, isLocked: 1, isReady: 2 } as const;

const controlWords = 128;
export const messageBytes = 512;
const slotsOffset: number = controlWords * 4 + messageBytes;
const sharesOffset: number = slotsOffset + ringCapacity * slotWords * 8;
const takenOffset: number = sharesOffset + ringCapacity * 4;
/** Processors fetch lines in pairs. */
const takenStride = 32;
export const countRingBytes = (threads: number): number => takenOffset + threads * takenStride * 4;

/**
 * The queue of launches in shared memory. One entry at a time is open: workers claim its shares, and whoever finishes
 * the last one opens the next entry. That is the barrier between launches, and it costs one store.
 *
 * Each worker has a range of an entry's shares, and takes those of others only when its own are gone: launches over the
 * same tensors find them in the cache of the processor that had them before (Markatos and LeBlanc, 1994).
 */
export class Ring {
  protected readonly words: Int32Array;
  /** For each worker, the tag of an entry and how many shares of the worker's range of it are taken. */
  protected readonly taken: Int32Array;
  /**
   * The number of shares of the entry in each slot. It is read atomically, unlike the slot, because a worker may read
   * it while the host overwrites it.
   */
  protected readonly shares: Int32Array;
  protected readonly message: Uint8Array;
  readonly slots: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.words = new Int32Array(shared, 0, controlWords);
    this.message = new Uint8Array(shared, controlWords * 4, messageBytes);
    this.slots = new Float64Array(shared, slotsOffset, ringCapacity * slotWords);
    this.shares = new Int32Array(shared, sharesOffset, ringCapacity);
    this.taken = new Int32Array(shared, takenOffset);
  }

  /** The tag of the open entry, whether or not it has been published. */
  openTag(): number {
    return Atomics.load(this.words, controlWord.open);
  }

  /** The number of shares of an entry that is published and unfinished. */
  protected countShares(tag: number): number {
    return Atomics.load(this.shares, tag % ringCapacity);
  }

  /** Opens the next entry. `takers` threads, including the caller, look for shares without being woken. */
  protected openNext(tag: number, takers: number): void {
    const { words } = this;
    const next = (tag + 1) & tagMask;
    // Tags repeat after a round. Clearing the counts keeps a new entry from inheriting the claims of an old one with
    // its tag.
    if (next === 0) this.taken.fill(0);
    Atomics.store(words, controlWord.open, next);
    if (next !== Atomics.load(words, controlWord.head)) {
      this.wake(this.countShares(next) - takers);
    }
    if (next === Atomics.load(words, controlWord.awaited)) {
      Atomics.add(words, controlWord.signal, 1);
      Atomics.notify(words, controlWord.signal);
    }
  }

  /** Locks the record of a failure. Returns whether it holds a failure already. Storing the next state releases the lock. */
  protected lockFailure(): boolean {
    let before: number;
    do before = Atomics.exchange(this.words, controlWord.failure, failureState.isLocked);
    while (before === failureState.isLocked);
    return before === failureState.isReady;
  }

  protected wake(workers: number): void {
    const { words } = this;
    if (workers <= 0 || Atomics.load(words, controlWord.sleepers) === 0) return;
    Atomics.add(words, controlWord.bell, 1);
    Atomics.notify(words, controlWord.bell, workers);
  }
}

export const computeTakenIndex = (worker: number): number => worker * takenStride;

export const encodeClaim = (tag: number, share: number): number => ((tag << shareBits) | share) >>> 0;
export const decodeTag = (claim: number): number => claim >>> shareBits;
export const decodeShare = (claim: number): number => claim & shareMask;
export const computeSlot = (tag: number): number => (tag % ringCapacity) * slotWords;
