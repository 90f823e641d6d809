import { DeviceError, OutOfMemoryError } from "@evenkeel/tensor";
import type { CommandQueue } from "./command-queue.ts";

interface Failure {
  readonly ticket: number;
  readonly error: Error;
}

/** Collects the failures of a device until they are reported. The loss of the device is reported every time. */
export class Failures {
  private readonly queue: Pick<CommandQueue, "next" | "running">;
  private readonly found: Failure[] = [];
  private readonly watched = new Set<Promise<void>>();
  private readonly waiting = new Set<(error: Error) => void>();
  private lost: Error | undefined;

  constructor(queue: Pick<CommandQueue, "next" | "running">) {
    this.queue = queue;
  }

  /** The place in the order of a call that has no ticket of its own. */
  get latest(): number {
    return this.queue.next - 1;
  }

  get isLost(): boolean {
    return this.lost !== undefined;
  }

  add(error: Error, ticket: number = this.queue.running): void {
    this.found.push({ ticket, error });
  }

  /** Waits for an error scope. `describe` turns its message into an error that names the launch. */
  watch(
    scope: Promise<GPUError | null>,
    describe: (message: string) => Error,
    ticket: number = this.queue.running,
  ): void {
    const settled = scope.then(
      (error) => {
        if (error !== null) this.add(describe(error.message), ticket);
        this.watched.delete(settled);
      },
      () => void this.watched.delete(settled), // The device is lost: whoever waits for it learns so.
    );
    this.watched.add(settled);
  }

  /** Records an error that no scope caught. */
  addUncaptured(error: GPUError): void {
    const isMemory = error.constructor.name === "GPUOutOfMemoryError";
    this.add(isMemory ? new OutOfMemoryError(error.message) : new DeviceError(error.message));
  }

  /** Rejects everything that waits for the device, now and from now on. */
  lose(error: Error): void {
    this.lost ??= error;
    for (const reject of this.waiting) reject(this.lost);
    this.waiting.clear();
  }

  /** Settles as the promise does, or rejects when the device is lost, because the promises of a lost device may never settle. */
  rejectWhenLost<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.lost !== undefined) reject(this.lost);
      else this.waiting.add(reject);
      promise.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
  }

  /** Throws the first failure before `ticket` that has not been reported, and always once the device is lost. */
  async report(ticket: number): Promise<void> {
    await this.rejectWhenLost(Promise.all(this.watched)).catch(() => {});
    const before = this.found.filter((failure) => failure.ticket < ticket);
    if (before.length > 0) {
      const first = before.reduce((a, b) => (b.ticket < a.ticket ? b : a));
      this.found.splice(this.found.indexOf(first), 1);
      throw first.error;
    }
    if (this.lost !== undefined) throw this.lost;
  }
}
