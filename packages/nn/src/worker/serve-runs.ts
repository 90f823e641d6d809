import type { Failure, ToPage, ToWorker } from "./messages.ts";
import { isOfRun, ready } from "./messages.ts";

/** What connects a run in a worker with the page that started it. */
export interface PageControl<Report> {
  /** Aborted when the page's signal is: hand it to `fit`, which then saves a checkpoint. */
  readonly signal: AbortSignal;
  /** Sends anything that can be cloned to the page. */
  report(report: Report): void;
}

/** The part of the global scope of a worker that is used. */
export interface WorkerScope {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/**
 * Runs what `runInWorker` asks for on the page. It is called in the script of a dedicated worker: while a worker trains, the page
 * stays responsive. It may be called after an `await`, as the page is told when the worker listens.
 *
 * @param scope default: the global scope of the worker
 * @example
 * // training.worker.ts
 * serveRuns<Settings, BatchRecord, History>(async (settings, { report, signal }) => {
 *   await selectBackend([webgpu(), cpu()]);
 *   return fit(model, { ...settings, signal, callbacks: [{ onBatch: report }] });
 * });
 */
export function serveRuns<Input, Report, Result>(
  run: (input: Input, control: PageControl<Report>) => Result | Promise<Result>,
  scope: WorkerScope = globalThis as unknown as WorkerScope,
): void {
  /** By the number of the run; undefined for a run that has ended. */
  const controllers = new Map<number, AbortController | undefined>();

  const start = async (evenkeelRun: number, input: Input): Promise<void> => {
    const post = (message: ToPage<Report, Result>): void => scope.postMessage(message);
    const controller = new AbortController();
    const { signal } = controller;
    controllers.set(evenkeelRun, controller);
    try {
      const report = (report: Report): void => post({ evenkeelRun, kind: "report", report });
      post({ evenkeelRun, kind: "result", result: await run(input, { signal, report }) });
    } catch (error) {
      const isAbort = signal.aborted && error === signal.reason;
      post({ evenkeelRun, kind: "failure", failure: { ...describeFailure(error), isAbort } });
    } finally {
      controllers.set(evenkeelRun, undefined);
    }
  };

  scope.addEventListener("message", ({ data }) => {
    if (!isOfRun(data)) return;
    const message = data as ToWorker<Input>;
    const { evenkeelRun } = message;
    if (message.kind === "abort") controllers.get(evenkeelRun)?.abort();
    // A page sends the start again when it hears that the worker is ready.
    else if (!controllers.has(evenkeelRun)) void start(evenkeelRun, message.input);
  });
  scope.postMessage(ready);
}

function describeFailure(error: unknown): Omit<Failure, "isAbort"> {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return { name, message, stack };
}
