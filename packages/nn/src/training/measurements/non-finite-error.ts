import { EvenkeelError } from "@evenkeel/tensor";
import type { BatchRecord } from "./history.ts";

/** A loss that is NaN or infinite, from which training cannot sensibly continue. */
export class NonFiniteLossError extends EvenkeelError {
  override readonly name = "NonFiniteLossError";
  readonly record: BatchRecord;

  constructor(record: BatchRecord) {
    const { epoch, batch, step, loss } = record;
    super(
      `fit: loss: found ${loss} at epoch ${epoch}, batch ${batch} (step ${step}), expected a finite number: lower the learning rate, look at this batch, or set onNonFinite`,
    );
    this.record = record;
  }
}
