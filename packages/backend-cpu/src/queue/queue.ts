import { DeviceError } from "@evenkeel/tensor";
import type { Engine, EngineLost, Failure } from "./engine.ts";
import type { Entry, HostEntry } from "./entry.ts";
import { noKernel } from "./entry.ts";

/**
 * Keeps the order of all entries. An entry's ticket is its position in the queue. Entries that the engine cannot take
 * yet wait here, so the caller never blocks.
 */
export class Queue {
  private readonly engine: Engine;
  private readonly makeError: (failure: Failure) => Error;
  private pushed = 0;
  private enqueued = 0;
  private readonly spilled: Entry[] = [];
  /** How many entries at the front of `spilled` have been passed to the engine. */
  private handedOver = 0;
  private isDraining = false;
  private running: HostEntry | undefined;
  private lost: Error | undefined;
  private lastReport: Promise<void> = Promise.resolve();
  private hostFailure: { readonly ticket: number; readonly error: DeviceError } | undefined;

  /** `makeError` makes the error that a failure is reported as. */
  constructor(engine: Engine, makeError: (failure: Failure) => Error) {
    this.engine = engine;
    this.makeError = makeError;
  }

  /** The ticket of the next entry. */
  get next(): number {
    return this.pushed;
  }

  isDone(ticket: number): boolean {
    return ticket < this.engine.countCompleted();
  }

  /** Returns the entry's ticket. */
  push(entry: Entry): number {
    const ticket = this.pushed++;
    if (this.spilled.length === 0 && this.enqueue(entry)) return ticket;
    this.spilled.push(entry);
    this.handOver();
    if (!this.isDraining) void this.drain();
    return ticket;
  }

  /**
   * Resolves when everything before `ticket` has run, and everything that the previous call waits for. Rejects with the
   * first failure among these that has not been reported yet, and every time once the device is lost.
   */
  waitUntil(ticket: number): Promise<void> {
    const report = this.reportAfter(this.lastReport, ticket);
    this.lastReport = report.catch(() => undefined);
    return report;
  }

  /**
   * Reports in the order of the callers. The engine may resolve a later one first, which would then take the failure of
   * an earlier one.
   */
  private async reportAfter(earlier: Promise<void>, ticket: number): Promise<void> {
    try {
      await this.engine.waitUntil(ticket);
    } catch (error) {
      this.lost ??= this.makeLossError((error as EngineLost).failure);
      throw this.lost;
    }
    await earlier;
    this.reportFailure(ticket);
  }

  private makeLossError(failure: Failure): Error {
    return failure.kernel === noKernel && this.running !== undefined
      ? makeHostError(this.running, failure.message)
      : this.makeError(failure);
  }

  private reportFailure(ticket: number): void {
    const host = this.hostFailure;
    const hostFailed = host !== undefined && host.ticket < ticket;
    const failure = this.engine.takeFailure(hostFailed ? host.ticket : ticket);
    if (failure !== undefined) throw this.makeError(failure);
    if (hostFailed) {
      this.hostFailure = undefined;
      throw host.error;
    }
  }

  private enqueue(entry: Entry): boolean {
    if (!this.engine.tryEnqueue(entry)) return false;
    const ticket = this.enqueued++;
    if (entry.kind === "host") void this.runHost(entry, ticket);
    return true;
  }

  private async runHost(entry: HostEntry, ticket: number): Promise<void> {
    try {
      await this.engine.waitUntil(ticket);
    } catch {
      return; // The device is lost: whoever waits for it learns so.
    }
    this.running = entry;
    try {
      await entry.run();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.hostFailure ??= { ticket, error: makeHostError(entry, message, error) };
    }
    this.running = undefined;
    this.engine.finishHost();
  }

  /** Passes spilled entries to the engine while nothing more is pushed. */
  private async drain(): Promise<void> {
    this.isDraining = true;
    while (this.spilled.length > 0) {
      try {
        await this.engine.waitUntil(this.enqueued - (this.engine.lookahead >> 1));
      } catch {
        this.spilled.length = 0; // The device is lost: whoever waits for it learns so.
      }
      this.handOver();
    }
    this.isDraining = false;
  }

  private handOver(): void {
    const { spilled } = this;
    while (this.handedOver < spilled.length && this.enqueue(spilled[this.handedOver]!)) this.handedOver++;
    // Removing entries one by one would shift all the others each time.
    if (this.handedOver === spilled.length || this.handedOver > spilled.length >> 1) {
      spilled.splice(0, this.handedOver);
      this.handedOver = 0;
    }
  }
}

const makeHostError = ({ name }: HostEntry, message: string, cause?: unknown): DeviceError =>
  new DeviceError(`host step "${name}" failed: ${message}`, { cause });
