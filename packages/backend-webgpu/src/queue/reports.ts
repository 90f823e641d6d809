import { DeviceError } from "@evenkeel/tensor";
import type { CommandQueue } from "./command-queue.ts";
import type { Failures } from "./failures.ts";
import { nudge } from "./nudge.ts";
import type { Recorder } from "./recorder.ts";

/** Finds the errors that kernels have counted. */
export interface KernelErrors {
  /** The errors of the kernels queued since the last look, or undefined if none of them can have counted any. */
  look(): Promise<readonly Error[]> | undefined;
}

/** Results of the GPU that callers wait for. A failure before a result is thrown in its place. */
export class Reports {
  private readonly device: GPUDevice;
  private readonly queue: CommandQueue;
  private readonly recorder: Recorder;
  private readonly failures: Failures;
  private readonly whenLost: Promise<void>;
  private readonly checks: KernelErrors;
  private readonly pending = new Set<Promise<unknown>>();
  private lastReport: Promise<void> = Promise.resolve();
  private isSubmitRequested = false;

  /** `whenLost` resolves when the loss of the device has been noted. */
  constructor(
    device: GPUDevice,
    queue: CommandQueue,
    recorder: Recorder,
    failures: Failures,
    whenLost: Promise<void>,
    checks: KernelErrors,
  ) {
    this.device = device;
    this.queue = queue;
    this.recorder = recorder;
    this.failures = failures;
    this.whenLost = whenLost;
    this.checks = checks;
  }

  /** Submits all calls of one synchronous stretch, such as a training step, together. */
  requestSubmit(): void {
    if (this.isSubmitRequested) return;
    this.isSubmitRequested = true;
    queueMicrotask(() => {
      this.isSubmitRequested = false;
      if (this.queue.isFree) this.recorder.submit();
    });
  }

  /** Queues a command that gives a result, and settles as it does, unless something queued earlier failed. */
  takeTurn<Result>(start: () => Promise<Result>): Promise<Result> {
    const ticket = this.queue.next;
    const result = new Promise<Result>((resolve, reject) => {
      this.queue.push(() => {
        const looking = this.checks.look()?.then((errors) => {
          for (const error of errors) this.failures.add(error, ticket - 1);
        });
        Promise.all([start(), looking]).then(([value]) => resolve(value), reject);
      });
    });
    this.requestSubmit();
    const report = this.settle(result, ticket, this.lastReport).finally(() => this.pending.delete(report));
    this.pending.add(report);
    this.lastReport = report.then(doNothing, doNothing);
    return report;
  }

  /** Resolves when everything that has been queued so far has finished. */
  waitForAll(): Promise<void> {
    const { queue } = this.device;
    return this.takeTurn(
      () =>
        new Promise<void>((resolve, reject) => {
          this.recorder.callAfterSubmit(() => {
            const done = nudge(queue.onSubmittedWorkDone(), queue);
            this.failures.rejectWhenLost(done).then(() => resolve(), reject);
          });
        }),
    );
  }

  /** Resolves when every awaited result has settled. */
  async waitUntilSettled(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  /** Settles in the order of the callers, because a later one that is ready first would take the failure of an earlier one. */
  private async settle<Result>(
    result: Promise<Result>,
    ticket: number,
    earlier: Promise<void>,
  ): Promise<Result> {
    try {
      return await this.failures.rejectWhenLost(result);
    } catch (error) {
      const { name, message } = error as Error;
      // The loss of a device unmaps its buffers first, and is announced a moment later.
      if (name === "AbortError") await this.whenLost;
      throw new DeviceError(`the GPU failed: ${message}`, { cause: error });
    } finally {
      await earlier;
      // The first failure is thrown instead of those that follow from it.
      await this.failures.report(ticket);
    }
  }
}

const doNothing = (): void => {};
