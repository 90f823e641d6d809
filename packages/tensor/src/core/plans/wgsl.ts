import type { Limits } from "../devices/backend.ts";
import type { WgslKernel } from "../devices/launch.ts";

/** What a kernel in WGSL is made of; what is left out is empty. */
export type WgslKernelParts = Pick<WgslKernel, "entry" | "code"> &
  Partial<Pick<WgslKernel, "extensions" | "reads" | "writes" | "parameterTypes">>;

/**
 * A kernel in WGSL.
 *
 * @example
 * const negate = wgslKernel({
 *   entry: "negate",
 *   reads: { x: "f32" },
 *   writes: { y: "f32" },
 *   code: "@compute @workgroup_size(1) fn negate() { y[0] = -x[0]; }",
 * });
 */
export const wgslKernel = (parts: WgslKernelParts): WgslKernel => ({
  language: "wgsl",
  extensions: [],
  reads: {},
  writes: {},
  parameterTypes: [],
  ...parts,
});

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
