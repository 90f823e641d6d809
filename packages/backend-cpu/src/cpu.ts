import type { Backend, BackendFactory } from "@evenkeel/tensor";
import { ArgumentError, BackendError } from "@evenkeel/tensor";
import { CpuDevice } from "./device.ts";
import { engineFeatures, hasSimd, reasonNotToCompile } from "./features.ts";
import { createDeviceMemory } from "./memory/device-memory.ts";
import { InlineEngine } from "./queue/inline-engine.ts";
import { ThreadEngine } from "./threads/thread-engine.ts";

export interface CpuOptions {
  /** Absent: one per processor, at most 8, and 1 without shared memory. */
  readonly threads?: number;
  /** Absent: 4 GiB, or what the engine grants. */
  readonly maxMemoryBytes?: number;
}

/**
 * The CPU as a device: WebAssembly SIMD kernels in Node and browsers, with nothing to install. Opening it throws
 * ArgumentError for wrong options, and BackendError where the engine lacks SIMD.
 *
 * @example const backend = await selectBackend([cpu]);
 */
export const cpu: BackendFactory<CpuOptions> = { name: "cpu", open };

async function open(options: CpuOptions = {}): Promise<Backend> {
  checkOptions(options);
  if (!hasSimd()) throw new BackendError("cpu: this engine has no WebAssembly SIMD");
  const reason = reasonNotToCompile();
  if (reason !== undefined) {
    throw new BackendError(
      `cpu: WebAssembly may not be compiled here: a Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src (${reason})`,
    );
  }
  const isShared = typeof SharedArrayBuffer === "function";
  if (!isShared && (options.threads ?? 1) > 1) {
    throw new BackendError(`cpu: found ${options.threads} threads, but no SharedArrayBuffer: expected 1`);
  }
  const memory = createDeviceMemory(isShared, options.maxMemoryBytes);
  const threads = options.threads ?? (isShared ? defaultThreads() : 1);
  const engine =
    threads === 1 ? new InlineEngine(memory.memory) : await ThreadEngine.start(memory.memory, threads);
  return new CpuDevice(memory, engine, engineFeatures());
}

/** More threads than this wait for memory, not for arithmetic. */
const mostThreads = 8;

const defaultThreads = (): number => Math.min(mostThreads, globalThis.navigator?.hardwareConcurrency ?? 1);

const knownOptions: readonly string[] = ["threads", "maxMemoryBytes"] satisfies (keyof CpuOptions)[];

function checkOptions(options: CpuOptions): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!knownOptions.includes(name)) {
      throw new ArgumentError(`cpu: found the option "${name}", expected one of: ${knownOptions.join(", ")}`);
    }
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) > 0)) {
      throw new ArgumentError(`cpu: ${name}: found ${value}, expected a positive integer`);
    }
  }
}
