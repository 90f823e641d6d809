import type { Tensor } from "@evenkeel/tensor";
import { rejectPromise } from "@evenkeel/tensor";
import type { Callback, RunControl, RunStart, StepStart } from "../fit-options.ts";
import type { BatchRecord, EpochRecord, History, ValidationRecord } from "../measurements/history.ts";

/** The callbacks of a run. They are called in their order, each when the one before has finished. */
export class Listeners<Name extends string> {
  private readonly callbacks: readonly Callback<Name>[];
  private readonly control: RunControl;

  constructor(callbacks: readonly Callback<Name>[], control: RunControl) {
    this.callbacks = callbacks;
    this.control = control;
  }

  async start(start: RunStart<Name>): Promise<void> {
    for (const callback of this.callbacks) await callback.onStart?.(start, this.control);
  }

  /** What a step calls before its update; undefined where no callback listens. */
  makeStepListener(
    locate: () => Omit<StepStart, "loss" | "gradients">,
  ): ((loss: Tensor, gradients: readonly Tensor[]) => void) | undefined {
    const listening = this.callbacks.filter(({ onStep }) => onStep !== undefined);
    if (listening.length === 0) return undefined;
    return (loss, gradients) => {
      const step = { ...locate(), loss, gradients };
      for (const callback of listening) rejectPromise(callback.onStep!(step, this.control), "onStep");
    };
  }

  async batch(record: BatchRecord<Name>): Promise<void> {
    for (const callback of this.callbacks) await callback.onBatch?.(record, this.control);
  }

  async validation(record: ValidationRecord<Name>, history: History<Name>): Promise<void> {
    for (const callback of this.callbacks) await callback.onValidation?.(record, history, this.control);
  }

  async epoch(record: EpochRecord<Name>, history: History<Name>): Promise<void> {
    for (const callback of this.callbacks) await callback.onEpoch?.(record, history, this.control);
  }

  async end(history: History<Name>): Promise<void> {
    for (const callback of this.callbacks) await callback.onEnd?.(history);
  }

  /** The error of the run is thrown, not one of a callback that is told of it. */
  async error(error: unknown, history: History<Name>): Promise<void> {
    for (const callback of this.callbacks) {
      try {
        await callback.onError?.(error, history);
      } catch {
        // `fit` rejects with the first error.
      }
    }
  }
}
