import { waitForNextTurn } from "@evenkeel/tensor";
import { KernelTable } from "../kernels/kernel-table.ts";
import { computeBlockAddress } from "../memory/argument-blocks.ts";
import type { DeviceMemory } from "../memory/device-memory.ts";
import type { Engine, Failure } from "./engine.ts";
import { EngineLost, Milestones } from "./engine.ts";
import type { Entry } from "./entry.ts";
import { EntryRunner, noKernel, readKernel, slotWords, writeEntry } from "./entry.ts";

/** The longest time, in milliseconds, for which a program may read results without a turn of its event loop. */
const longestStretch = 50;

/**
 * Runs every kernel on the calling thread as soon as it is enqueued; only entries behind a host step wait. Waiting for
 * results gives the event loop a turn now and then, as waiting for worker threads does.
 */
export class InlineEngine implements Engine {
  readonly threads: number = 1;
  readonly lookahead: number = 0;
  private readonly slot = new Float64Array(slotWords);
  private readonly memory: DeviceMemory;
  private readonly runner: EntryRunner;
  private readonly shared: WebAssembly.Module[] = [];
  private readonly milestones = new Milestones();
  private finished = 0;
  private hostIsRunning = false;
  private failure: Failure | undefined;
  private lost: EngineLost | undefined;
  private turnedAt = performance.now();

  constructor(memory: DeviceMemory) {
    this.memory = memory;
    const table = new KernelTable(memory.memory, (number) => this.shared[number]);
    this.runner = new EntryRunner(memory.memory, table, this.slot, 0);
  }

  share(module: WebAssembly.Module): number {
    return this.shared.push(module) - 1;
  }

  countCompleted(): number {
    return this.finished;
  }

  tryEnqueue(entry: Entry): boolean {
    if (this.hostIsRunning) return false;
    if (entry.kind === "host") {
      this.hostIsRunning = true;
      return true;
    }
    const shares = writeEntry(this.slot, 0, entry, this.memory.words, computeBlockAddress(0));
    let count = 0;
    try {
      for (let share = 0; share < shares; share++) count += this.runner.run(0, share);
      if (count > 0) this.failOutside(entry.counters, count);
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
    this.advance();
    return true;
  }

  /** Adds up the counts of one check until they are reported. */
  private failOutside(counters: number, count: number): void {
    const { failure } = this;
    if (failure?.outside?.counters === counters) {
      this.failure = { ...failure, outside: { counters, count: failure.outside.count + count } };
    } else {
      this.fail("", { counters, count });
    }
  }

  private fail(message: string, outside?: Failure["outside"]): void {
    const kernel = readKernel(this.slot, 0);
    this.failure ??= { ticket: this.finished, kernel, message, ...(outside && { outside }) };
  }

  finishHost(): void {
    this.hostIsRunning = false;
    this.advance();
  }

  waitUntil(completed: number): Promise<void> {
    if (this.lost !== undefined) return Promise.reject(this.lost);
    return this.finished >= completed ? this.giveWay() : this.milestones.wait(completed);
  }

  private async giveWay(): Promise<void> {
    const now = performance.now();
    if (now - this.turnedAt < longestStretch) return;
    this.turnedAt = now;
    await waitForNextTurn();
  }

  takeFailure(ticket: number): Failure | undefined {
    const { failure } = this;
    if (failure === undefined || failure.ticket >= ticket) return undefined;
    this.failure = undefined;
    return failure;
  }

  /** Only a host step can be waited for. */
  lose(reason: string): void {
    this.lost ??= new EngineLost({ ticket: this.finished, kernel: noKernel, message: reason });
    this.milestones.fail(this.lost);
  }

  async stop(): Promise<void> {}

  private advance(): void {
    this.finished++;
    this.milestones.reach(this.finished);
  }
}
