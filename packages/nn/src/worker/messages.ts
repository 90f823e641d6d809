/** Messages carry the number of their run, so that what else a page tells its worker does not disturb. */
export type ToWorker<Input> =
  | { readonly evenkeelRun: number; readonly kind: "start"; readonly input: Input }
  | { readonly evenkeelRun: number; readonly kind: "abort" };

export type ToPage<Report, Result> =
  | { readonly evenkeelRun: number; readonly kind: "report"; readonly report: Report }
  | { readonly evenkeelRun: number; readonly kind: "result"; readonly result: Result }
  | { readonly evenkeelRun: number; readonly kind: "failure"; readonly failure: Failure };

/** Says that the worker listens from now on: what was sent before may be lost, as behind a top-level `await`. */
export const ready = "evenkeel: ready";

/** An error as it travels: copies of errors between threads lose names that are not JavaScript's own. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** It is the reason of the run's abort signal. */
  readonly isAbort: boolean;
}

export const isOfRun = (data: unknown): data is { readonly evenkeelRun: number } =>
  typeof data === "object" && data !== null && "evenkeelRun" in data;
