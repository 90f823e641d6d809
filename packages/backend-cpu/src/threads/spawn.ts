import { BackendError, loadNodeModule } from "@evenkeel/tensor";
import { source } from "./launch-loop.worker.text.ts";

/** The data that a worker receives before it starts. */
export interface WorkerSetup {
  readonly memory: WebAssembly.Memory;
  readonly shared: SharedArrayBuffer;
  /** Its number, from 0, and how many there are. */
  readonly worker: number;
  readonly threads: number;
}

/** A worker of the platform. In Node, `hold` keeps the process alive until `release`, and so does `terminate` until it settles. */
export interface WorkerThread {
  hold(): void;
  release(): void;
  /** Sends a module that the host has compiled. Only Node's workers receive it, who have no event loop to wait for. */
  send(module: WebAssembly.Module): void;
  terminate(): Promise<void>;
}

/** Browsers do not report to a page that its own policy blocks a worker. */
const noReason =
  "a Content-Security-Policy must allow blob: in worker-src, or the device be opened with one thread";

export type Spawn = (setup: WorkerSetup, onCrash: (reason: string) => void) => Promise<WorkerThread>;

/**
 * Starts a worker from source that travels inside the library, so that no bundler or server has to find a file. Rejects
 * with BackendError when it does not start; afterwards `onCrash` tells that it has stopped by itself.
 */
export const spawn: Spawn = async (setup, onCrash) => {
  const node = await loadNodeModule<typeof import("node:worker_threads")>("node:worker_threads");
  return node === undefined ? spawnInBrowser(setup, onCrash) : spawnInNode(node, setup, onCrash);
};

function spawnInNode(
  { Worker }: typeof import("node:worker_threads"),
  setup: WorkerSetup,
  onCrash: (reason: string) => void,
): Promise<WorkerThread> {
  // Without the flags of the process, such as a loader for its sources, which the worker does not need.
  const worker = new Worker(source, { eval: true, execArgv: [], name: "evenkeel" });
  return new Promise((resolve, reject) => {
    let crashed = (reason: string): void =>
      reject(new BackendError(`cpu: a worker thread could not start: ${reason}`));
    let isStopping = false;
    worker.once("message", () => {
      crashed = onCrash;
      worker.unref();
      resolve({
        hold: () => worker.ref(),
        // The process must wait for a worker that is being terminated, or `terminate` would never settle.
        release: () => {
          if (!isStopping) worker.unref();
        },
        send: (module) => worker.postMessage(module),
        terminate: async () => {
          isStopping = true;
          await worker.terminate();
        },
      });
    });
    worker.on("error", (error) => crashed(error instanceof Error ? error.message : String(error)));
    worker.once("exit", (code) => {
      if (!isStopping) crashed(`it exited with code ${code}`);
    });
    worker.postMessage(setup);
  });
}

async function spawnInBrowser(setup: WorkerSetup, onCrash: (reason: string) => void): Promise<WorkerThread> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const worker = new Worker(url, { name: "evenkeel" });
    await new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = ({ message }) => reject(new Error(message || noReason));
      worker.postMessage(setup);
    });
    worker.onerror = ({ message }) => onCrash(message);
    return { hold() {}, release() {}, send() {}, terminate: async () => worker.terminate() };
  } catch (error) {
    throw new BackendError(
      `cpu: a worker thread could not start: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
