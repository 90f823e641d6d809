import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { concatenate, waitForNextTurn } from "@evenkeel/tensor";
import { rejectWhenAborted } from "../batches/abort.ts";
import { longestStretch } from "../batches/longest-stretch.ts";

/** Values of one step that were read from the device, and what the host noted about it. */
export interface LateRow<Note> {
  readonly note: Note;
  readonly values: NumericArray;
}

/**
 * Collects a few values of every step on the device, and joins and reads those of many steps at once: a single step launches
 * nothing for this, and the device does not wait for the host. At most two reads are pending, each of at most about as much work of
 * the device as `longestStretch`; timers, input and abort signals are handled in between.
 */
export class LateReader<Note> {
  private readonly most: number;
  private pending: { readonly note: Note; readonly row: readonly Tensor[] }[] = [];
  /** In the order of their steps. */
  private readonly read: LateRow<Note>[] = [];
  private readonly underWay: Promise<LateRow<Note>[]>[] = [];
  /** The number of steps to read at once: doubled until they take `longestStretch`. */
  private steps = 1;
  private turnedAt = performance.now();

  /** At most `most` steps are read at once. */
  constructor(most: number) {
    this.most = most;
  }

  /** Takes ownership of the row, a list of vectors. */
  push(note: Note, row: readonly Tensor[]): void {
    this.pending.push({ note, row });
  }

  /** Whether it is time to call `readSome`. */
  get isDue(): boolean {
    return this.pending.length >= this.steps || performance.now() - this.turnedAt >= longestStretch;
  }

  /** Starts a read, and waits for the one before. Throws synchronously where there is no memory to join the rows. */
  readSome(signal?: AbortSignal): Promise<void> {
    this.start();
    return this.finishSome(signal);
  }

  /** Reads everything that was pushed, and waits for it. Throws as `readSome` does. */
  readAll(signal?: AbortSignal): Promise<void> {
    this.start();
    return this.finishAll(signal);
  }

  private async finishSome(signal?: AbortSignal): Promise<void> {
    if (this.underWay.length > 1) await this.finish(signal);
    await waitForNextTurn();
    this.adapt();
  }

  private async finishAll(signal?: AbortSignal): Promise<void> {
    while (this.underWay.length > 0) await this.finish(signal);
    await waitForNextTurn();
    this.turnedAt = performance.now();
  }

  /** The next row that has been read, once. */
  take(): LateRow<Note> | undefined {
    return this.read.shift();
  }

  /**
   * Starts to read the remaining rows, so that nothing stays on the device; a later `readAll` waits for them. Returns the error
   * where this fails.
   */
  leave(): Error | undefined {
    try {
      this.start();
      return undefined;
    } catch (error) {
      this.drop();
      return error as Error;
    }
  }

  /** Disposes the rows that no read has taken. */
  drop(): void {
    disposeRows(this.pending);
    this.pending = [];
  }

  /** The error of a pending read that fails: it is then unknown what the device has done. */
  async findFailure(): Promise<Error | undefined> {
    try {
      await Promise.all(this.underWay);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private start(): void {
    if (this.pending.length === 0) return;
    const joined = concatenate(this.pending.flatMap(({ row }) => row));
    const rows = cut(this.pending, joined.data());
    // A failure is thrown where the read is awaited.
    rows.catch(() => undefined);
    this.underWay.push(rows);
    joined.dispose();
    this.drop();
  }

  /** A read that is no longer awaited after an abort stays pending. */
  private async finish(signal: AbortSignal | undefined): Promise<void> {
    const rows = await rejectWhenAborted(this.underWay[0]!, signal);
    this.underWay.shift();
    this.read.push(...rows);
  }

  private adapt(): void {
    const now = performance.now();
    const isShort = now - this.turnedAt < longestStretch;
    this.steps = Math.min(this.most, isShort ? 2 * this.steps : Math.max(1, this.steps >> 1));
    this.turnedAt = now;
  }
}

async function cut<Note>(
  steps: readonly { readonly note: Note; readonly row: readonly Tensor[] }[],
  reading: Promise<NumericArray>,
): Promise<LateRow<Note>[]> {
  const lengths = steps.map(({ row }) => row.reduce((total, { size }) => total + size, 0));
  const all = await reading;
  let end = 0;
  return steps.map(({ note }, step) => {
    const begin = end;
    end += lengths[step]!;
    return { note, values: all.subarray(begin, end) };
  });
}

function disposeRows(pending: readonly { readonly row: readonly Tensor[] }[]): void {
  for (const { row } of pending) for (const value of row) value.dispose();
}
