/**
 * Messages contain the number of their run, which distinguishes them from other messages between the page and its
 * worker.
 */
export type ToWorker<Input> =
  | { readonly evenkeelRun: number; readonly kind: "start"; readonly input: Input }
  | { readonly evenkeelRun: number; readonly kind: "abort" };

export type ToPage<Report, Result> =
  | { readonly evenkeelRun: number; readonly kind: "report"; readonly report: Report }
  | { readonly evenkeelRun: number; readonly kind: "result"; readonly result: Result }
  | { readonly evenkeelRun: number; readonly kind: "failure"; readonly failure: Failure };

/** Sent when the worker begins to listen: messages before may be lost, as during a top-level `await` of its script. */
export const ready = "evenkeel: ready";

/** An error in a message: cloning an error loses names that are not JavaScript's own. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Whether the error is the reason of the run's abort signal. */
  readonly isAbort: boolean;
}

export const isOfRun = (data: unknown): data is { readonly evenkeelRun: number } =>
  typeof data === "object" && data !== null && "evenkeelRun" in data;
