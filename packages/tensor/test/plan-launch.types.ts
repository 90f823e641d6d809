import type { KernelLaunch, ScalarSlot, Slot } from "@evenkeel/tensor";
import { makeWasmKernel, planLaunch } from "@evenkeel/tensor";
import { joinSchemas, makeWgslKernel } from "@evenkeel/tensor/wgsl";

// These functions are not called: the compiler checks them.

const kernels = {
  scaleAll: {
    reads: ["x", "mask?"],
    writes: ["y"],
    parameters: { length: "u32", factor: "f32" },
  },
} as const;

const kernel = makeWasmKernel("", "scaleAll", kernels);
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
  makeWasmKernel("", "scaleNone", kernels);

const scaleAll = {
  reads: { x: "f32", "mask?": "u32" },
  writes: { y: "f32" },
  parameters: { factor: "f32", corner: "vec2i", dims: "array<vec4u, 2>" },
} as const;

const shader = makeWgslKernel({ entry: "scaleAll", schema: scaleAll, code: "" });
const dim = [1, 2, 3, 4] as const;
const sized = { factor: { scalar: 0 }, corner: [0, -1], dims: [dim, dim] } as const;
const workgroups = { workgroups: [1, 1, 1] } as const;

export const shaderLaunches: () => KernelLaunch<Slot, ScalarSlot>[] = () => [
  planLaunch(shader, { reads, writes, parameters: sized, work: workgroups }),
  planLaunch(shader, { reads: { x, mask: x }, writes, parameters: sized, work: workgroups }),
  // @ts-expect-error the name of a read is missing
  planLaunch(shader, { reads: { x }, writes, parameters: sized, work: workgroups }),
  // @ts-expect-error a read that must not be absent
  planLaunch(shader, { reads: { x: undefined, mask: x }, writes, parameters: sized, work: workgroups }),
  // @ts-expect-error a wrong name for a read
  planLaunch(shader, { reads: { ...reads, scale: x }, writes, parameters: sized, work: workgroups }),
  // @ts-expect-error the name of a write is missing
  planLaunch(shader, { reads, writes: {}, parameters: sized, work: workgroups }),
  // @ts-expect-error a wrong name for a write
  planLaunch(shader, { reads, writes: { y, z: y }, parameters: sized, work: workgroups }),
  // @ts-expect-error the names of parameters are missing
  planLaunch(shader, { reads, writes, parameters: { factor: 1 }, work: workgroups }),
  // @ts-expect-error a wrong name for a parameter
  planLaunch(shader, { reads, writes, parameters: { ...sized, stride: 1 }, work: workgroups }),
  // @ts-expect-error one number for a vector
  planLaunch(shader, { reads, writes, parameters: { ...sized, corner: 1 }, work: workgroups }),
  // @ts-expect-error too many numbers for a vector
  planLaunch(shader, { reads, writes, parameters: { ...sized, corner: [1, 2, 3] }, work: workgroups }),
];

export const joined: () => unknown = () => {
  const strided = joinSchemas(scaleAll, { parameters: { stride: "u32" } });
  const kernel = makeWgslKernel({ entry: "scaleAll", schema: strided, code: "" });
  planLaunch(kernel, { reads, writes, parameters: { ...sized, stride: 1 }, work: workgroups });
  // @ts-expect-error the name of a parameter is missing
  planLaunch(kernel, { reads, writes, parameters: sized, work: workgroups });
};

export const unknownType: () => unknown = () =>
  // @ts-expect-error vectors of three are aligned as those of four
  makeWgslKernel({ entry: "add", schema: { reads: {}, writes: {}, parameters: { by: "vec3f" } }, code: "" });
