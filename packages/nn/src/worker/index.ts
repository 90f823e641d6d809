export type { WorkerLike, WorkerRunOptions } from "./run-in-worker.ts";
export { runInWorker } from "./run-in-worker.ts";
export type { PageControl, WorkerScope } from "./serve-runs.ts";
export { serveRuns } from "./serve-runs.ts";
