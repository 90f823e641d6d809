import { EvenkeelError } from "@evenkeel/tensor";
import { replaceMessage } from "../../module/failure.ts";
import type { BatchRecord } from "../measurements/history.ts";
import type { NonFiniteOrigin } from "./non-finite-origin.ts";

/** A step that training cannot sensibly continue from: its loss or its gradients are NaN or infinite. */
export abstract class NonFiniteError extends EvenkeelError {
  /** The results of the batch. */
  readonly record: BatchRecord;
  /** Where the first such value came from; undefined where the step is finite when it is repeated. */
  origin: NonFiniteOrigin | undefined;

  constructor(record: BatchRecord, found: string) {
    const { epoch, batch, step } = record;
    super(`fit: ${found} at epoch ${epoch}, batch ${batch} (step ${step}), expected a finite number`);
    this.record = record;
  }

  /** Adds where the value came from, and what helps. */
  explain(origin: NonFiniteOrigin | undefined, words: string): void {
    this.origin = origin;
    replaceMessage(this, `${this.message}; ${words}`);
  }
}

/** A loss that is NaN or infinite. */
export class NonFiniteLossError extends NonFiniteError {
  override readonly name = "NonFiniteLossError";

  constructor(record: BatchRecord) {
    super(record, `loss: found ${record.loss}`);
  }
}

/** Gradients that are NaN or infinite although the loss is finite. */
export class NonFiniteGradientError extends NonFiniteError {
  override readonly name = "NonFiniteGradientError";

  constructor(record: BatchRecord) {
    super(record, `gradients: found NaN or infinity beside the loss ${record.loss}`);
  }
}
