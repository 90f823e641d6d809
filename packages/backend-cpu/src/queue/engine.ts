import type { Entry } from "./entry.ts";

export interface Failure {
  /** The position of the entry in the queue. */
  readonly ticket: number;
  /** The number of its kernel, or `noKernel`. */
  readonly kernel: number;
  readonly message: string;
  /** How many values the kernel found out of range, and the address of the counters that hold them. */
  readonly outside?: { readonly counters: number; readonly count: number };
}

/** The engine runs nothing any more. `failure` names the entry that it had reached. */
export class EngineLost extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Runs entries one after the other, on the calling thread or on a pool of workers. */
export interface Engine {
  readonly threads: number;
  /** Entries that it takes beyond the first that has not finished. */
  readonly lookahead: number;
  /** How many entries have finished. */
  countCompleted(): number;
  /** Gives a compiled module to every thread. Returns the number by which records of kernels name it. */
  share(module: WebAssembly.Module): number;
  /** Returns false if it can take no more entries for now. */
  tryEnqueue(entry: Entry): boolean;
  /** Ends the host step that the queue has reached. */
  finishHost(): void;
  /** Resolves when this many entries have finished; rejects with EngineLost. */
  waitUntil(completed: number): Promise<void>;
  /** The first failure that has not been taken, of the entries before `ticket`. */
  takeFailure(ticket: number): Failure | undefined;
  /** Gives up. Everything that waits, now or later, rejects with EngineLost, which names the unfinished entry. */
  lose(reason: string): void;
  stop(): Promise<void>;
}

interface Milestone {
  readonly completed: number;
  resolve(): void;
  reject(error: Error): void;
}

/** Promises that wait for a number of finished entries, in ascending order. */
export class Milestones {
  private readonly waiting: Milestone[] = [];

  wait(completed: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let index = this.waiting.length;
      while (index > 0 && this.waiting[index - 1]!.completed > completed) index--;
      this.waiting.splice(index, 0, { completed, resolve, reject });
    });
  }

  /** The smallest count that someone waits for. */
  get next(): number | undefined {
    return this.waiting[0]?.completed;
  }

  reach(completed: number): void {
    while (this.waiting.length > 0 && this.waiting[0]!.completed <= completed)
      this.waiting.shift()!.resolve();
  }

  fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }
}
