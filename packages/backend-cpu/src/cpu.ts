import type { Backend, BackendFactory } from "@evenkeel/tensor";
import { BackendError, loadNodeModule, loadPlans } from "@evenkeel/tensor";
import { checkOptions, positiveInteger } from "@evenkeel/tensor/checks";
import { chooseVectors } from "#wide";
import { CpuDevice } from "./device.ts";
import { findEngineFeatures, findReasonNotToCompile, hasSimd } from "./features.ts";
import type { DeviceMemory } from "./memory/device-memory.ts";
import { makeDeviceMemory } from "./memory/device-memory.ts";
import { InlineEngine } from "./queue/inline-engine.ts";
import { ThreadEngine } from "./threads/thread-engine.ts";
import type { Vectors } from "./wide/vectors-option.ts";
import { aVectorsOption } from "./wide/vectors-option.ts";

export interface CpuOptions {
  /** Number of threads. Default: one per processor, at most 8; 1 where there is no shared memory. */
  readonly threads?: number | undefined;
  /** Total bytes for all buffers. Default: 4 GiB, or as much as the engine grants. */
  readonly maxMemoryBytes?: number | undefined;
  /**
   * The bits of the vectors of matrix products and convolutions. 256 takes Node on x64, whose engine joins pairs of vectors of 128 bits.
   * With "auto", the default, they are 256 in the versions of Node that this library was tested with, where they are faster.
   */
  readonly vectors?: Vectors | undefined;
}

/**
 * The CPU as a device: WebAssembly SIMD kernels in Node and browsers, with nothing to install. Throws ArgumentError for wrong
 * options; opening it throws BackendError where the engine lacks SIMD, memory or what the threads need.
 *
 * @example const backend = await selectBackend([cpu()]);
 */
export function cpu(options: CpuOptions = {}): BackendFactory<"cpu"> {
  checkOptions<CpuOptions>("cpu", options, {
    threads: positiveInteger,
    maxMemoryBytes: positiveInteger,
    vectors: aVectorsOption,
  });
  return { name: "cpu", open: () => open(options) };
}

async function open(options: CpuOptions): Promise<Backend> {
  if (!hasSimd()) throw new BackendError("cpu: this engine has no WebAssembly SIMD");
  const reason = findReasonNotToCompile();
  if (reason !== undefined) {
    throw new BackendError(
      `cpu: WebAssembly may not be compiled here: a Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src (${reason})`,
    );
  }
  await loadPlans(CpuDevice.languages);
  const features = findEngineFeatures();
  const memory = chooseMemory(options);
  const compileWide = await chooseVectors(options.vectors ?? "auto", features, memory.isShared);
  if (compileWide !== undefined) features.add("wide-simd");
  const threads = options.threads ?? (memory.isShared ? await countDefaultThreads() : 1);
  const engine = threads === 1 ? new InlineEngine(memory) : await ThreadEngine.start(memory, threads);
  return new CpuDevice(memory, engine, features, compileWide);
}

/** Beyond this many threads, memory bandwidth is the limit. */
const mostThreads = 8;

/** Contexts of `node:vm`, such as those of test runners, may have no navigator. */
async function countDefaultThreads(): Promise<number> {
  const processors =
    globalThis.navigator?.hardwareConcurrency ??
    (await loadNodeModule<typeof import("node:os")>("node:os"))?.availableParallelism() ??
    1;
  return Math.min(mostThreads, processors);
}

/** Shared memory where the engine has it. Throws BackendError where several threads are asked for without it. */
function chooseMemory({ threads, maxMemoryBytes }: CpuOptions): DeviceMemory {
  if (typeof SharedArrayBuffer === "function") {
    try {
      return makeDeviceMemory(true, maxMemoryBytes);
    } catch (error) {
      if (threads !== undefined && threads > 1) throw error;
    }
  } else if (threads !== undefined && threads > 1) {
    throw new BackendError(`cpu: threads: found ${threads}, expected 1: there is no SharedArrayBuffer`);
  }
  return makeDeviceMemory(false, maxMemoryBytes);
}
