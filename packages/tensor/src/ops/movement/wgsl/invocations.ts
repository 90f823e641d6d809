import type { Limits } from "../../../core/devices/backend.ts";
import { foldWorkgroups } from "../../../core/plans/wgsl.ts";

/** A size that every WebGPU device supports, and large enough to hide the latency of memory. */
const workgroupSize = 256;

/** A WGSL entry point whose `body` runs for every number `at` below `p.count`. */
export const writeInvocationEntry = (name: string, body: string): string => `
@compute @workgroup_size(${workgroupSize})
fn ${name}(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = (group.x + group.y * groups.x) * ${workgroupSize}u + local;
  if (at >= p.count) { return; }
  ${body}
}
`;

/** The workgroups of such an entry point. */
export const foldInvocations = (count: number, limits: Limits): readonly [x: number, y: number, z: number] =>
  foldWorkgroups(Math.ceil(count / workgroupSize), limits);
