import { EvenkeelError } from "@evenkeel/tensor";

/** A worker could not be started, has stopped by itself, or has been closed. */
export class WorkerError extends EvenkeelError {
  override readonly name = "WorkerError";
}
