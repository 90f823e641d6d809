import { KernelTable } from "../kernels/kernel-table.ts";
import { EntryRunner, readCounters, readKernel } from "../queue/entry.ts";
import { computeSlot, decodeShare, decodeTag } from "./ring.ts";
import type { WorkerSetup } from "./spawn.ts";
import { nothing, WorkerRing } from "./worker-ring.ts";

/** How long a worker looks for work before it sleeps: about as long as the system takes to wake a thread. */
const spinMilliseconds = 0.05;
/**
 * The same while launches wait for one that other workers are finishing, because each of them would have to wake a
 * sleeping worker.
 */
const spinAtBarrierMilliseconds = 1;
/** Attempts between two looks at the clock. */
const looks = 32;

/** Tells the processor that this thread is only waiting. Engines have it since 2025. */
const { pause } = Atomics as { pause?: () => void };

/** The common interface of a port of Node's worker threads and a browser's worker scope. */
interface Port {
  onmessage: ((event: { readonly data: WorkerSetup }) => void) | null;
  postMessage(message: "ready"): void;
}

/** The part of Node's worker threads that the loop uses. */
interface WorkerThreads {
  readonly parentPort?: unknown;
  receiveMessageOnPort(port: unknown): { readonly message: WebAssembly.Module } | undefined;
}

/** Before Node 22.3 a worker that runs source text gets modules from its `require` alone. */
const { process, require } = globalThis as {
  process?: { getBuiltinModule?: (name: string) => WorkerThreads };
  require?: (name: string) => WorkerThreads;
};
const node = (process?.getBuiltinModule ?? require)?.("node:worker_threads");
const port = (node?.parentPort ?? globalThis) as unknown as Port;
port.onmessage = ({ data: { memory, shared, worker, threads } }) => {
  const ring = new WorkerRing(shared, worker, threads);
  const runner = new EntryRunner(memory, new KernelTable(memory, findShared), ring.slots, worker);
  port.postMessage("ready");
  runLaunches(ring, runner);
};

const modules: WebAssembly.Module[] = [];

/** The host sends a module before the first launch that uses it; this thread looks for it then, because it has no event loop. */
function findShared(number: number): WebAssembly.Module | undefined {
  while (modules.length <= number) {
    const received = node?.receiveMessageOnPort(port);
    if (received === undefined) return undefined;
    modules.push(received.message);
  }
  return modules[number];
}

/** Never returns: the host terminates the thread. Between launches nothing goes through the event loop. */
function runLaunches(ring: WorkerRing, runner: EntryRunner): never {
  for (;;) {
    let claim = look(ring);
    if (claim === nothing) claim = ring.claimOrSleep();
    if (claim !== nothing) runShare(ring, runner, claim);
  }
}

function runShare(ring: WorkerRing, runner: EntryRunner, claim: number): void {
  const slot = computeSlot(decodeTag(claim));
  try {
    const outside = runner.run(slot, decodeShare(claim));
    if (outside > 0) {
      ring.failOutside(claim, readKernel(ring.slots, slot), readCounters(ring.slots, slot), outside);
    }
  } catch (error) {
    ring.fail(claim, readKernel(ring.slots, slot), error instanceof Error ? error.message : String(error));
  }
  ring.finish(claim);
}

/** Claims a share as soon as there is one, or gives up after a while. */
function look(ring: WorkerRing): number {
  let start: number | undefined;
  for (;;) {
    for (let count = 0; count < looks; count++) {
      const claim = ring.claim();
      if (claim !== nothing) return claim;
      pause?.();
    }
    const now = performance.now();
    start ??= now;
    if (now - start > (ring.hasQueue() ? spinAtBarrierMilliseconds : spinMilliseconds)) return nothing;
  }
}
