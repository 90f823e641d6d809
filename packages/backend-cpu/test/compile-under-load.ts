// Compiles wide modules again and again while other threads compile and optimize modules of their own. The engine must not crash.

import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { decodeModule } from "@evenkeel/tensor";
import { importPlainMemory } from "../src/kernels/shared-flag.ts";
import { compileOptimized, prepareModule } from "../src/wide/compile.ts";
import { relaxedModule } from "../src/wide/probe.wasm.ts";
import { wideModule } from "../src/wide/probe.wide.ts";

/** The module with a section that makes its bytes new, so that the engine compiles it. */
function makeNew(code: Uint8Array, thread: number, number: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...code, 0, 6, 1, 120, thread, number & 255, (number >> 8) & 255, number >> 16);
}

const [, , milliseconds = "1000"] = process.argv;

function compileOnMainThread(): void {
  const workers = [1, 2].map((thread) => new Worker(new URL(import.meta.url), { workerData: thread }));
  let optimized = 0;
  for (const worker of workers) worker.on("message", () => optimized++);
  const engine = { setFlags: setFlagsFromString, evaluate: (text: string) => runInThisContext(text) };
  const code = prepareModule(wideModule, true);
  let compiled = 0;
  const timer = setInterval(() => {
    compileOptimized(engine, makeNew(code, 0, compiled++), true, true);
  }, 1);
  setTimeout(async () => {
    clearInterval(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
    console.log(compiled > 0 && optimized > 0 ? "survived" : "idle");
  }, Number(milliseconds));
}

function runHotCode(): void {
  const code = decodeModule(relaxedModule);
  importPlainMemory(code);
  for (let number = 0; ; number++) {
    const module = new WebAssembly.Module(makeNew(code, workerData, number));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const { multiply } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    const end = performance.now() + 30;
    while (performance.now() < end) (multiply as (repeats: number, rows: number) => void)(20, 1024);
    parentPort!.postMessage(number);
  }
}

if (isMainThread) compileOnMainThread();
else runHotCode();
