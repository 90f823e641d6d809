import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, positiveInteger, text, yesOrNo } from "@evenkeel/tensor/checks";
import type { Dataset } from "../examples/dataset.ts";
import type { Examples } from "../sets/combine.ts";
import { checkExamples } from "../sets/combine.ts";
import type { WorkerLike } from "./spawn-worker.ts";
import { spawnForModule } from "./spawn-worker.ts";
import { WorkerPool } from "./worker-pool.ts";

export interface MapInWorkersOptions {
  /** The number of workers. Default: one fewer than the machine has processors, at least 1 and at most 4. */
  readonly workers?: number;
  /** The name of the function that the module exports. Default: `default`. */
  readonly name?: string;
  /** Whether the buffers of examples are moved to the workers instead of copied; the dataset loses them. Default: false. */
  readonly moved?: boolean;
}

/** A dataset whose examples are changed in workers. */
export interface WorkerDataset<Example> extends Dataset<Example>, AsyncDisposable {
  /** Ends the workers. Examples that are being changed reject with WorkerError, and so do later ones. */
  close(): Promise<void>;
}

const base = (): string | undefined =>
  (globalThis as { location?: { readonly href?: string } }).location?.href;

const aWorker: Rule = {
  expected: "the URL of a module, or a function that starts a worker",
  accepts: (value) => typeof value === "function" || URL.canParse(String(value), base()),
};

/**
 * A dataset of examples that are changed in workers, such as images that are decoded there. Its examples come in their order, as many at the
 * same time as are asked for; results are moved, not copied.
 *
 * `worker` is the URL of a module that exports a function of an example and its index, or a function that starts a worker whose script calls
 * `serveExamples`: bundlers build a worker only for `new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" })`.
 *
 * Throws ArgumentError for wrong options. `get` rejects with DataError, which names the example, if its function throws or if the example or
 * result cannot be cloned, and with WorkerError if a worker cannot start, stops, or is closed.
 *
 * @example
 * // module: new URL("./decode.js", import.meta.url), for example
 * const decoded = mapInWorkers<number, { inputs: Float32Array }>([1, 2, 3], module, { workers: 2 });
 * for await (const { inputs } of batches(decoded, { batchSize: 3 }).epoch(0)) console.log(inputs.shape);
 * await decoded.close();
 */
export function mapInWorkers<Example, Changed = unknown>(
  examples: Examples<Example>,
  worker: URL | string | (() => WorkerLike),
  options: MapInWorkersOptions = {},
): WorkerDataset<Changed> {
  const dataset = checkExamples("mapInWorkers", examples);
  checkValue("mapInWorkers: worker", worker, aWorker);
  const rules = { workers: positiveInteger, name: text, moved: yesOrNo };
  checkOptions<MapInWorkersOptions>("mapInWorkers", options, rules);
  const { workers = countWorkers(), name = "default", moved = false } = options;
  const spawn =
    typeof worker === "function" ? worker : () => spawnForModule(new URL(worker, base()).href, name);
  const pool = new WorkerPool(spawn, workers, moved);
  const close = (): Promise<void> => pool.close();
  return {
    length: dataset.length,
    get: async (index, epoch) => pool.run(await dataset.get(index, epoch), index) as Promise<Changed>,
    close,
    [getDisposeSymbol()]: close,
  };
}

/** The symbol of `await using`; where an engine lacks it, compilers use this one. */
const getDisposeSymbol = (): typeof Symbol.asyncDispose =>
  (Symbol as { readonly asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose);

function countWorkers(): number {
  const { hardwareConcurrency = 2 } = (globalThis as { navigator?: Partial<Navigator> }).navigator ?? {};
  return Math.max(1, Math.min(4, hardwareConcurrency - 1));
}
