import { loadNodeModule } from "@evenkeel/tensor";
import { source } from "./examples.worker.text.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { isOwn } from "./messages.ts";

/** The part of a browser's `Worker`, or of that of `node:worker_threads`, by which it is recognized. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
}

type NodeWorker = import("node:worker_threads").Worker;

/** A worker that runs the given module, from source that travels inside the library, so that no bundler or server has to find a file. */
export async function spawnForModule(module: string, name: string): Promise<WorkerLike> {
  const node = await loadNodeModule<typeof import("node:worker_threads")>("node:worker_threads");
  const worker =
    node === undefined ? spawnInBrowser() : new node.Worker(source, { eval: true, name: "evenkeel" });
  worker.postMessage({ evenkeelModule: module, name } satisfies ToWorker);
  return worker;
}

function spawnInBrowser(): Worker {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return new Worker(url, { name: "evenkeel" });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Browsers do not report to a page that its own policy blocks a worker, or why a script could not be loaded. */
const noReason = "its script could not be loaded, or a Content-Security-Policy blocks it";

/** Calls `hear` with the messages of a worker, and `fail` with the reason when it stops by itself. */
export function observeWorker(
  worker: WorkerLike,
  hear: (message: FromWorker) => void,
  fail: (reason: string, cause?: unknown) => void,
): void {
  const receive = (data: unknown): void => {
    if (isOwn(data)) hear(data as FromWorker);
  };
  const lost = (): void => fail("a message of it could not be read");
  if ("on" in worker) {
    const ofNode = worker as NodeWorker;
    ofNode.on("message", receive);
    ofNode.on("messageerror", lost);
    ofNode.on("error", (error) => fail(error instanceof Error ? error.message : String(error), error));
    ofNode.on("exit", (code) => fail(`it exited with code ${code}`));
    return;
  }
  const ofBrowser = worker as Worker;
  ofBrowser.addEventListener("message", ({ data }) => receive(data));
  ofBrowser.addEventListener("messageerror", lost);
  ofBrowser.addEventListener("error", ({ message }) => fail(message || noReason));
}

/** Sets whether a worker keeps its process alive, which only Node's can. */
export function setHeld(worker: WorkerLike, isHeld: boolean): void {
  const { ref, unref } = worker as Partial<NodeWorker>;
  (isHeld ? ref : unref)?.call(worker as NodeWorker);
}
