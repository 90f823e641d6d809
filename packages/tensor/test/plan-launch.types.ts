import type { KernelLaunch, ScalarSlot, Slot } from "@evenkeel/tensor";
import { planLaunch, wasmKernel } from "@evenkeel/tensor";

// These functions are not called: the compiler checks them.

const kernels = {
  scaleAll: {
    reads: ["x", "mask?"],
    writes: ["y"],
    parameters: { length: "u32", factor: "f32" },
  },
} as const;

const kernel = wasmKernel("", "scaleAll", kernels);
const x: Slot = { input: 0 };
const y: Slot = { output: 0 };
const reads = { x, mask: undefined };
const writes = { y };
const parameters = { length: 4, factor: { scalar: 0 } };
const work = { items: 4, chunk: 4 };

export const launches: () => KernelLaunch<Slot, ScalarSlot>[] = () => [
  planLaunch(kernel, { reads, writes, parameters, work }),
  planLaunch(kernel, { reads: { x, mask: x }, writes, parameters, work }),
  // @ts-expect-error the name of a read is missing
  planLaunch(kernel, { reads: { x }, writes, parameters, work }),
  // @ts-expect-error a read that must not be absent
  planLaunch(kernel, { reads: { x: undefined, mask: undefined }, writes, parameters, work }),
  // @ts-expect-error a wrong name for a read
  planLaunch(kernel, { reads: { ...reads, scale: x }, writes, parameters, work }),
  // @ts-expect-error the name of a write is missing
  planLaunch(kernel, { reads, writes: {}, parameters, work }),
  // @ts-expect-error a wrong name for a write
  planLaunch(kernel, { reads, writes: { y, z: y }, parameters, work }),
  // @ts-expect-error the name of a parameter is missing
  planLaunch(kernel, { reads, writes, parameters: { length: 4 }, work }),
  // @ts-expect-error a wrong name for a parameter
  planLaunch(kernel, { reads, writes, parameters: { ...parameters, stride: 1 }, work }),
];

export const unknownEntry: () => unknown = () =>
  // @ts-expect-error an entry that the module does not have
  wasmKernel("", "scaleNone", kernels);
