import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { concatenate, nextTurn } from "@evenkeel/tensor";
import { unlessAborted } from "./abort.ts";

/** Numbers of one step as they were read, and what the host knew of it. */
export interface LateRow<Note> {
  readonly note: Note;
  readonly values: NumericArray;
}

/** The longest that the host goes on without a turn of its event loop, and the device is ahead of it at a time. */
const longestStretch = 50;

/**
 * Collects a few numbers of every step on the device, and joins and reads those of many steps at once, so that a step launches
 * nothing for it and the device never waits for the host. At most two reads are under way, each of steps that take about
 * `longestStretch` milliseconds: timers, input and abort signals have their turn in between.
 */
export class LateReader<Note> {
  private readonly most: number;
  private pending: { readonly note: Note; readonly row: readonly Tensor[] }[] = [];
  /** In the order of their steps. */
  private readonly read: LateRow<Note>[] = [];
  private readonly underWay: Promise<LateRow<Note>[]>[] = [];
  /** How many steps are read at once: doubled until they fill the stretch. */
  private steps = 1;
  private turnedAt = performance.now();

  /** `most` steps are read at once. */
  constructor(most: number) {
    this.most = most;
  }

  /** Takes over the row: vectors. */
  push(note: Note, row: readonly Tensor[]): void {
    this.pending.push({ note, row });
  }

  /** Whether enough has come together for `readSome`. */
  get isDue(): boolean {
    return this.pending.length >= this.steps || performance.now() - this.turnedAt >= longestStretch;
  }

  /** Starts a read, and waits for the one before. Throws at once where there is no memory to join what was pushed. */
  readSome(signal?: AbortSignal): Promise<void> {
    this.start();
    return this.finishSome(signal);
  }

  /** Waits for everything that was pushed. Throws as `readSome`. */
  readAll(signal?: AbortSignal): Promise<void> {
    this.start();
    return this.finishAll(signal);
  }

  private async finishSome(signal?: AbortSignal): Promise<void> {
    if (this.underWay.length > 1) await this.finish(signal);
    await nextTurn();
    this.adapt();
  }

  private async finishAll(signal?: AbortSignal): Promise<void> {
    while (this.underWay.length > 0) await this.finish(signal);
    await nextTurn();
    this.turnedAt = performance.now();
  }

  /** The next row that has been read, once. */
  take(): LateRow<Note> | undefined {
    return this.read.shift();
  }

  /**
   * Starts to read what is left, so that nothing stays on the device; `readAll` still gives it. Returns why that is not possible,
   * where it is not.
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

  /** Frees what has not been read. */
  drop(): void {
    disposeRows(this.pending);
    this.pending = [];
  }

  /** Why what is under way cannot be read: then nothing is known of what the device did. */
  async failure(): Promise<Error | undefined> {
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

  /** A read that is given up because of the signal stays under way. */
  private async finish(signal: AbortSignal | undefined): Promise<void> {
    const rows = await unlessAborted(this.underWay[0]!, signal);
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
