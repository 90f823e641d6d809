import type { ToPage, ToWorker } from "./messages.ts";
import { isOfRun } from "./messages.ts";

/** A dedicated worker, as far as it is needed: a `Worker` of the platform. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  addEventListener(type: string, listener: (event: Event) => void): void;
  removeEventListener(type: string, listener: (event: Event) => void): void;
}

export interface WorkerRunOptions<Report> {
  /** Told of what the run reports, in order. */
  onReport?(report: Report): void;
  /** Aborts the signal that the run has in the worker. The promise settles when the run has ended. */
  readonly signal?: AbortSignal;
}

let runs = 0;

/**
 * Starts a run in a dedicated worker whose script calls `serveRuns`, and resolves with its result. The worker stays alive:
 * end it with `terminate()`.
 *
 * @param input anything that can be cloned
 * @returns what the run in the worker returns
 * @throws what the run throws, with its name and message; what `onReport` throws, which ends the run; the signal's reason when it
 * was aborted; DataCloneError for an input that cannot be cloned; Error when the worker's script fails
 * @example
 * const worker = new Worker(new URL("./training.worker.ts", import.meta.url), { type: "module" });
 * const history = await runInWorker<Settings, BatchRecord, History>(worker, settings, {
 *   onReport: ({ step, loss }) => show(step, loss),
 * });
 */
export function runInWorker<Input, Report, Result>(
  worker: WorkerLike,
  input: Input,
  { onReport, signal }: WorkerRunOptions<Report> = {},
): Promise<Result> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  const evenkeelRun = runs++;
  const post = (message: ToWorker<Input>): void => worker.postMessage(message);
  const ended = new AbortController();
  const result = new Promise<Result>((resolve, reject) => {
    const listen = (type: string, listener: (event: Event) => void): void => {
      worker.addEventListener(type, listener);
      ended.signal.addEventListener("abort", () => worker.removeEventListener(type, listener));
    };
    const tell = (report: Report): void => {
      try {
        onReport?.(report);
      } catch (error) {
        post({ evenkeelRun, kind: "abort" });
        reject(error);
      }
    };
    listen("message", (event) => {
      const { data } = event as MessageEvent<unknown>;
      if (!isOfRun(data) || data.evenkeelRun !== evenkeelRun) return;
      const message = data as ToPage<Report, Result>;
      if (message.kind === "report") tell(message.report);
      else if (message.kind === "result") resolve(message.result);
      else reject(message.failure.isAbort ? signal?.reason : errorOf(message.failure));
    });
    listen("error", (event) => {
      const { message } = event as Partial<ErrorEvent>;
      reject(new Error(`the worker failed: ${message || "its script could not be loaded"}`));
    });
    listen("messageerror", () => reject(new Error("the worker failed: its message could not be cloned")));
  });
  signal?.addEventListener("abort", () => post({ evenkeelRun, kind: "abort" }), { signal: ended.signal });
  const run = async (): Promise<Result> => {
    // Throws where the input cannot be cloned.
    post({ evenkeelRun, kind: "start", input });
    return result;
  };
  return run().finally(() => ended.abort());
}

function errorOf({ name, message, stack }: { name: string; message: string; stack?: string }): Error {
  const error = new Error(message);
  return Object.assign(error, { name, stack: stack ?? error.stack });
}
