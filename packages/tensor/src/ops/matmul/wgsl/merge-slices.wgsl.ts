import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../../core/devices/launch.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { foldWorkgroups, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { activation } from "./tiled-product.wgsl.ts";

const schema = {
  reads: { slices: "f32", "addend?": "f32" },
  writes: { c: "f32" },
  parameters: {
    slope: "f32",
    size: "u32",
    slices: "u32",
    start: "u32",
    rows: "u32",
    columns: "u32",
    startAddend: "u32",
    addedRow: "u32",
    addedColumn: "u32",
    inner: "u32",
    addedOuter: "u32",
    addedInner: "u32",
  },
} as const;

/** The addend of a batch of matrices: its operand, its offset and its strides. */
export interface MergeAddend {
  readonly operand: Slot;
  readonly start: number;
  readonly row: number;
  readonly column: number;
  /** The strides of the two dimensions of the batch; `innerSize` is the size of the inner one. */
  readonly outer: number;
  readonly inner: number;
  readonly innerSize: number;
}

/** The number of invocations of a workgroup that share an element. */
const sharing = 8;
const invocations = 256;

/**
 * Adds slices in order: for each `width` neighbouring elements, every one of `lanes` invocations takes every `lanes`-th
 * slice.
 */
function writeMergeKernel(lanes: number, hasAddend: boolean) {
  const width = invocations / lanes;
  const addend = `let matrix = at / (p.rows * p.columns);
  let i = p.startAddend + (matrix / p.inner) * p.addedOuter + (matrix % p.inner) * p.addedInner
    + (at / p.columns) % p.rows * p.addedRow + at % p.columns * p.addedColumn;
  sum += addend[i];`;
  const code = `var<workgroup> sums: array<f32, ${invocations}>;
${activation}
@compute @workgroup_size(${invocations})
fn mergeSlices(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = (group.x + group.y * groups.x) * ${width}u + t % ${width}u;
  var sum = 0.0;
  if (at < p.size) {
    for (var slice = t / ${width}u; slice < p.slices; slice += ${lanes}u) { sum += slices[slice * p.size + at]; }
  }
  sums[t] = sum;
  workgroupBarrier();
  if (t >= ${width}u || at >= p.size) { return; }
  for (var lane = 1u; lane < ${lanes}u; lane++) { sum += sums[lane * ${width}u + t]; }
  ${hasAddend ? addend : ""}
  c[p.start + at] = activate(vec4f(sum)).x;
}`;
  return makeWgslKernel({ entry: "mergeSlices", schema, code });
}

/** Adds `slices` of `size` elements from a temporary, matrices of `rows` by `columns`, and applies the epilogue. */
export function planMergeSlices(
  slices: number,
  { size, rows, columns }: { readonly size: number; readonly rows: number; readonly columns: number },
  start: number,
  addend: MergeAddend | undefined,
  slope: number,
  limits: Limits,
): PlannedLaunch {
  const lanes = slices < 4 * sharing ? 1 : sharing;
  return planLaunch(writeMergeKernel(lanes, addend !== undefined), {
    reads: { slices: { temporary: 0 }, addend: addend?.operand },
    writes: { c: { output: 0 } },
    parameters: {
      slope,
      size,
      slices,
      start,
      rows,
      columns,
      startAddend: addend?.start ?? 0,
      addedRow: addend?.row ?? 0,
      addedColumn: addend?.column ?? 0,
      inner: addend?.innerSize ?? 1,
      addedOuter: addend?.outer ?? 0,
      addedInner: addend?.inner ?? 0,
    },
    work: { workgroups: foldWorkgroups(Math.ceil((size * lanes) / invocations), limits) },
  });
}
