import type { Limits } from "./backend.ts";
import type { WgslKernel } from "./launch.ts";

/** A kernel in WGSL: see `WgslKernel` for how its code declares operands and parameters. */
export function wgslKernel(
  code: string,
  entry: string,
  parameterTypes: WgslKernel["parameterTypes"] = [],
): WgslKernel {
  return { language: "wgsl", code, entry, parameterTypes };
}

/** Declares the counter of a launch's check, after the given number of operands; kernels call `countOutside`. */
export const outsideCounter = (operands: number): string => `
@group(0) @binding(${operands}) var<storage, read_write> outside: atomic<u32>;
fn countOutside(count: u32) { if (count > 0u) { atomicAdd(&outside, count); } }`;

/** What every WebGPU device allows in one dimension. */
const leastMaxWorkgroups = 65_535;

/**
 * The numbers of workgroups for a line of `count`, folded where one dimension does not hold it. With
 * `@builtin(workgroup_id) group: vec3u` and `@builtin(num_workgroups) groups: vec3u`, a workgroup's place in the line is
 * `group.x + group.y * groups.x`, which may lie behind the end. Two dimensions hold more workgroups than memory holds words.
 */
export function workgroupLine(count: number, limits: Limits): readonly [x: number, y: number, z: number] {
  const rows = Math.max(1, Math.ceil(count / (limits.maxWorkgroups ?? leastMaxWorkgroups)));
  return [Math.ceil(count / rows), rows, 1];
}
