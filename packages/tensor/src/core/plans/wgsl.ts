import type { Limits } from "../devices/backend.ts";
import type { ParameterType, WgslParameterType, WgslSchema } from "../devices/kernel-schema.ts";
import type { WgslExtension, WgslKernel } from "../devices/launch.ts";

/** The parts of a WGSL kernel. */
export interface WgslKernelParts<Schema extends WgslSchema> {
  readonly entry: string;
  readonly schema: Schema;
  readonly code: string;
  /** Default: none. */
  readonly extensions?: readonly WgslExtension[];
}

/**
 * A WGSL kernel. Its code refers to operands by their names and to parameters as `p.name`; `planLaunch` takes a value
 * for each name.
 *
 * @example
 * const scale = {
 *   reads: { x: "f32" },
 *   writes: { y: "f32" },
 *   parameters: { factor: "f32" },
 * } as const;
 * const kernel = makeWgslKernel({
 *   entry: "scale",
 *   schema: scale,
 *   code: "@compute @workgroup_size(1) fn scale() { y[0] = p.factor * x[0]; }",
 * });
 * planLaunch(kernel, { reads: { x }, writes: { y }, parameters: { factor: 2 }, work });
 */
export function makeWgslKernel<Schema extends WgslSchema>({
  entry,
  schema: named,
  code,
  extensions = [],
}: WgslKernelParts<Schema>): WgslKernel<Schema> {
  const members = Object.entries(named.parameters);
  // With the widest parameters first, all are aligned as WGSL requires, without padding.
  members.sort(([, a], [, b]) => getAlignment(b) - getAlignment(a));
  const schema = { ...named, parameters: Object.fromEntries(members) };
  const parameterTypes = members.flatMap(([, type]) => listWordTypes(type));
  return { language: "wgsl", entry, code, extensions, schema, parameterTypes };
}

/** A schema with the operands and parameters of both, those of `first` first. */
export const joinSchemas = <First extends Partial<WgslSchema>, Second extends Partial<WgslSchema>>(
  first: First,
  second: Second,
): First & Second & WgslSchema => ({
  ...first,
  ...second,
  reads: { ...first.reads, ...second.reads },
  writes: { ...first.writes, ...second.writes },
  parameters: { ...first.parameters, ...second.parameters },
});

/** The alignment in words. */
const getAlignment = (type: WgslParameterType): number => Number(/vec(\d)/.exec(type)?.[1] ?? 1);

const scalars = { u: "u32", i: "i32", f: "f32" } as const;

function listWordTypes(type: WgslParameterType): ParameterType[] {
  const [, fours = "1"] = /, (\d+)/.exec(type) ?? [];
  const letter = type.replace(/.*vec\d/, "")[0] as keyof typeof scalars;
  return new Array(getAlignment(type) * Number(fours)).fill(scalars[letter]);
}

/** The number of workgroups per dimension that every WebGPU device allows. */
const leastMaxWorkgroups = 65_535;

/**
 * The numbers of workgroups for `count` workgroups in a row, folded if one dimension is too small for them. With
 * `@builtin(workgroup_id) group: vec3u` and `@builtin(num_workgroups) groups: vec3u`, the position of a workgroup in the row is
 * `group.x + group.y * groups.x`, which may be beyond the end. Two dimensions allow more workgroups than memory has words.
 */
export function foldWorkgroups(count: number, limits: Limits): readonly [x: number, y: number, z: number] {
  const rows = Math.max(1, Math.ceil(count / (limits.maxWorkgroups ?? leastMaxWorkgroups)));
  return [Math.ceil(count / rows), rows, 1];
}
