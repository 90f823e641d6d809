import type { Backend } from "@evenkeel/tensor";
import { ArgumentError, loadPlans, waitForNextTurn } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";
import { rejectWhenAborted } from "./abort.ts";
import type { Batch, Batches, DataSource } from "./batch.ts";
import { disposeBatch } from "./batch.ts";
import { longestStretch } from "./longest-stretch.ts";

type AnyIterator<Item> = Iterator<Item> | AsyncIterator<Item>;

/** What a source may have beyond its epochs, as `batches` of datasets does. */
interface SizedSource<Inputs, Labels> {
  readonly batchesPerEpoch?: number;
  /** The epoch from the batch `first`, without reading those before it. */
  epochFrom?(first: number, epoch: number, backend?: Backend): Batches<Inputs, Labels>;
}

/**
 * The batches of one epoch, one at a time. Waiting for one ends when the signal is aborted. The first comes when the device has its
 * kernels, those of operations too that were imported after it had opened.
 */
export class BatchStream<Inputs, Labels> {
  /** The number of batches taken so far, and of those that a resumed run had taken. */
  taken = 0;
  private readonly backend: Backend | undefined;
  private readonly epoch: number;
  /** The number of batches, if the source provides it. */
  private readonly length: number | undefined;
  private readonly iterator: AnyIterator<Batch<Inputs, Labels>>;
  private readonly signal: AbortSignal | undefined;
  private readonly isLabelled: boolean;
  private hasPlans = false;
  private isOpen = true;
  private isWaiting = false;

  constructor(
    source: DataSource<Inputs, Labels>,
    epoch: number,
    options: {
      readonly backend: Backend | undefined;
      readonly signal: AbortSignal | undefined;
      /** Whether batches must have labels; default true. */
      readonly isLabelled?: boolean;
      /** The number of batches that a resumed run has done, with which a source that can begin there does; default 0. */
      readonly first?: number;
    },
  ) {
    const { backend, signal, isLabelled = true, first = 0 } = options;
    const sized = source as SizedSource<Inputs, Labels>;
    this.length = sized.batchesPerEpoch;
    const canBeginAt = first > 0 && this.length! >= first && sized.epochFrom !== undefined;
    if (canBeginAt) this.taken = first;
    const batches = canBeginAt
      ? sized.epochFrom!(first, epoch, backend)
      : typeof source === "function"
        ? source(epoch, backend)
        : source.epoch(epoch, backend);
    this.backend = backend;
    this.epoch = epoch;
    this.signal = signal;
    this.isLabelled = isLabelled;
    this.iterator = getIterator(batches, epoch);
  }

  /** The next batch, which belongs to the caller, or undefined after the last one. Rejects with the signal's reason. */
  async next(): Promise<Batch<Inputs, Labels> | undefined> {
    this.signal?.throwIfAborted();
    if (!this.hasPlans && this.backend !== undefined) await loadPlans(this.backend.languages);
    this.hasPlans = true;
    const { done, value } = await this.wait();
    if (done === true) {
      this.isOpen = false;
      return undefined;
    }
    this.taken++;
    const isBatch = typeof value === "object" && value !== null && "inputs" in value;
    if (!isBatch || (this.isLabelled && !("labels" in value))) {
      throw new ArgumentError(
        `data: found ${describeValue(value)} as batch ${this.taken - 1} of epoch ${this.epoch}, expected ${this.isLabelled ? "{ inputs, labels }" : "{ inputs }"}`,
      );
    }
    return value;
  }

  /** Skips the batches that a resumed run has already trained on: the first `count`. Timers, input and signals are handled between. */
  async skip(count: number): Promise<void> {
    let turnedAt = performance.now();
    while (this.taken < count) {
      const batch = await this.next();
      if (batch === undefined) return;
      disposeBatch(batch);
      if (performance.now() - turnedAt < longestStretch) continue;
      await waitForNextTurn();
      turnedAt = performance.now();
    }
  }

  /** Throws ArgumentError for an epoch without batches, and for one of fewer than were to be skipped. */
  checkTaken(skipped: number): void {
    const { taken, epoch } = this;
    // The epoch before has used up the iterator, or there are fewer examples than one batch needs.
    if (taken === 0) {
      throw new ArgumentError(`fit: data: found no batches in epoch ${epoch}, expected at least one`);
    }
    if (taken < skipped) {
      throw new ArgumentError(
        `fit: data: found ${taken} batches in epoch ${epoch}, expected at least the ${skipped} that the resumed run has done`,
      );
    }
  }

  /**
   * Whether there is no further batch, as far as this is known without waiting: from the length, or from a source that answers
   * within a turn of the event loop. A batch that it answers with is disposed; false for a source that fails. Rejects with the
   * signal's reason.
   */
  async isAtEnd(): Promise<boolean> {
    this.signal?.throwIfAborted();
    if (typeof this.length === "number") return this.taken >= this.length;
    const next = (async () => this.iterator.next())();
    this.isWaiting = true;
    const isEnd = next.then(
      ({ done, value }) => {
        this.isWaiting = false;
        if (done === true) this.isOpen = false;
        else if (typeof value === "object" && value !== null) disposeBatch(value);
        return done === true;
      },
      () => {
        this.isOpen = false;
        return false;
      },
    );
    return Promise.race([isEnd, waitForNextTurn().then(() => false)]);
  }

  /** Lets the source clean up. Where a batch is still being waited for, the source is told to, but its cleanup is not awaited. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    const closing = (async () => this.iterator.return?.())();
    if (this.isWaiting) closing.catch(() => undefined);
    else await closing;
  }

  private async wait(): Promise<IteratorResult<Batch<Inputs, Labels>>> {
    const next = this.iterator.next();
    if (!("then" in next)) return next;
    this.isWaiting = true;
    const waiting = Promise.resolve(next);
    try {
      const result = await rejectWhenAborted(waiting, this.signal);
      this.isWaiting = false;
      return result;
    } catch (error) {
      if (this.signal?.aborted)
        waiting.then(({ value }) => value && disposeBatch(value)).catch(() => undefined);
      else this.isOpen = false;
      throw error;
    }
  }
}

function getIterator<Item>(batches: Iterable<Item> | AsyncIterable<Item>, epoch: number): AnyIterator<Item> {
  const { [Symbol.asyncIterator]: asynchronous, [Symbol.iterator]: synchronous } = (batches ??
    {}) as AsyncIterable<Item> & Iterable<Item>;
  const make = asynchronous ?? synchronous;
  if (typeof make !== "function" || typeof batches === "string") {
    throw new ArgumentError(
      `data: found ${describeValue(batches)} for epoch ${epoch}, expected an iterable of batches`,
    );
  }
  return make.call(batches);
}
