import type { Backend, BufferView, DeviceBuffer, KernelLaunch, WasmKernel, Work } from "@evenkeel/tensor";
import { makeWasmKernel } from "@evenkeel/tensor";
import { makeView } from "@evenkeel/tensor/testing";
import { CpuDevice } from "../src/device.ts";
import { findEngineFeatures } from "../src/features.ts";
import { makeDeviceMemory } from "../src/memory/device-memory.ts";
import { InlineEngine } from "../src/queue/inline-engine.ts";
import { testKernels } from "../src/testing/kernels.kernels.ts";
import { module } from "../src/testing/kernels.wasm.ts";
import { ThreadEngine } from "../src/threads/thread-engine.ts";

export type OpenDevice = (maxMemoryBytes?: number) => Promise<Backend>;

const openInline =
  (isShared: boolean): OpenDevice =>
  async (maxMemoryBytes) => {
    const memory = makeDeviceMemory(isShared, maxMemoryBytes);
    return new CpuDevice(memory, new InlineEngine(memory), findEngineFeatures());
  };

const openThreads =
  (threads: number): OpenDevice =>
  async (maxMemoryBytes) => {
    const memory = makeDeviceMemory(true, maxMemoryBytes);
    return new CpuDevice(memory, await ThreadEngine.start(memory, threads), findEngineFeatures());
  };

/** Every way to run the device; plain memory is what a page gets that is not cross-origin isolated. */
export const devices: readonly (readonly [name: string, open: OpenDevice])[] = [
  ["plain memory", openInline(false)],
  ["1 thread", openInline(true)],
  ["1 worker", openThreads(1)],
  ["2 workers", openThreads(2)],
  ["5 workers", openThreads(5)],
];

/** A launch of one of the test kernels. */
export function makeLaunch(
  entry: string,
  operands: readonly (DeviceBuffer | undefined)[],
  parameters: readonly number[],
  work: Work = { items: 1, chunk: 1 },
): KernelLaunch<BufferView, never> {
  return {
    kind: "kernel",
    kernel: kernels[entry]!,
    reads: operands.slice(0, -1).map((buffer) => buffer && makeView(buffer)),
    writes: operands.slice(-1).map((buffer) => buffer && makeView(buffer)),
    parameters,
    work,
  };
}

const kernels: Readonly<Record<string, WasmKernel>> = {
  ...Object.fromEntries(
    (Object.keys(testKernels) as (keyof typeof testKernels)[]).map((entry) => [
      entry,
      makeWasmKernel(module, entry, testKernels),
    ]),
  ),
  nowhere: makeWasmKernel(module, "nowhere", { nowhere: { reads: [], writes: [], parameters: {} } }),
};
