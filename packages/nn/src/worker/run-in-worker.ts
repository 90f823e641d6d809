import { anAbortSignal, callable, checkOptions, nonNegative } from "@evenkeel/tensor/checks";
import type { Failure, ToPage, ToWorker } from "./messages.ts";
import { isOfRun, ready } from "./messages.ts";

/** The part of the interface of a dedicated `Worker` that is used. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

export interface WorkerRunOptions<Report> {
  /** Called with each report of the run, in order. */
  onReport?(report: Report): void;
  /** Aborts the signal of the run in the worker. The promise settles when the run has ended, or after `patience`. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that an aborted run has to end, for example to save a checkpoint; default 5,000. Then the promise rejects, as the
   * worker may have been terminated. A checkpoint that takes longer to be written is still finished, unless the worker is
   * terminated, in which case the one before stays. Runs with large checkpoints need more.
   */
  readonly patience?: number;
}

/** The longest delay of a timer, in milliseconds. */
const longestWait = 2 ** 31 - 1;

/**
 * Starts a run in a dedicated worker whose script calls `serveRuns`, and resolves with its result. The worker stays alive:
 * end it with `terminate()`.
 *
 * @param input anything that can be cloned
 * @returns what the run in the worker returns
 * @throws what the run throws, with its name and message; what `onReport` throws, which ends the run; the signal's reason when it
 * was aborted; ArgumentError for wrong options; DataCloneError for an input that cannot be cloned; Error when the worker's
 * script fails. The page does not hear of a worker that is terminated: then only an abort settles the promise.
 * @example
 * const worker = new Worker(new URL("./training.worker.ts", import.meta.url), { type: "module" });
 * const history = await runInWorker<Settings, BatchRecord, History>(worker, settings, {
 *   onReport: ({ step, loss }) => show(step, loss),
 * });
 */
export function runInWorker<Input, Report, Result>(
  worker: WorkerLike,
  input: Input,
  options: WorkerRunOptions<Report> = {},
): Promise<Result> {
  checkOptions<WorkerRunOptions<Report>>("runInWorker", options, {
    onReport: callable,
    signal: anAbortSignal,
    patience: nonNegative,
  });
  const { onReport, signal, patience = 5000 } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  // Random, so that two copies of this module on a page do not take each other's messages.
  const evenkeelRun = Math.random();
  const post = (message: ToWorker<Input>): void => worker.postMessage(message);
  const start = (): void => {
    post({ evenkeelRun, kind: "start", input });
    if (signal?.aborted) post({ evenkeelRun, kind: "abort" });
  };
  const ended = new AbortController();
  const result = new Promise<Result>((resolve, reject) => {
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        post({ evenkeelRun, kind: "abort" });
        reject(error);
      }
    };
    listenTo(worker, ended.signal, reject, (data) => {
      if (data === ready) attempt(start);
      if (!isOfRun(data) || data.evenkeelRun !== evenkeelRun) return;
      const message = data as ToPage<Report, Result>;
      if (message.kind === "report") attempt(() => onReport?.(message.report));
      else if (message.kind === "result") resolve(message.result);
      else reject(message.failure.isAbort ? signal?.reason : makeError(message.failure));
    });
    const abort = (): void => {
      const timer = setTimeout(() => reject(signal?.reason), Math.min(patience, longestWait));
      ended.signal.addEventListener("abort", () => clearTimeout(timer));
      post({ evenkeelRun, kind: "abort" });
    };
    signal?.addEventListener("abort", abort, { signal: ended.signal });
    // Throws where the input cannot be cloned.
    start();
  });
  return result.finally(() => ended.abort());
}

/** Listens to messages and failures of the worker until the run has ended. */
function listenTo(
  worker: WorkerLike,
  ended: AbortSignal,
  fail: (error: Error) => void,
  hear: (data: unknown) => void,
): void {
  const listen = (type: string, listener: (event: Event) => void): void => {
    worker.addEventListener(type, listener);
    ended.addEventListener("abort", () => worker.removeEventListener(type, listener));
  };
  listen("message", (event) => hear((event as MessageEvent<unknown>).data));
  listen("error", (event) => {
    const { message } = event as Partial<ErrorEvent>;
    fail(new Error(`the worker failed: ${message || "its script could not be loaded"}`));
  });
  listen("messageerror", () => fail(new Error("the worker failed: its message could not be cloned")));
}

function makeError({ name, message, stack }: Failure): Error {
  const error = new Error(message);
  return Object.assign(error, { name, stack: stack ?? error.stack });
}
