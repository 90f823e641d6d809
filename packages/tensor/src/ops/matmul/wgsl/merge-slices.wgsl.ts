import type { Limits } from "../../../core/devices/backend.ts";
import type { PlannedLaunch, Slot, WgslKernel } from "../../../core/devices/launch.ts";
import { wgslKernel, workgroupLine } from "../../../core/plans/wgsl.ts";
import { activation, parametersText, parameterTypes, parameterValues } from "./tiled-product.wgsl.ts";

const names = [
  "size",
  "slices",
  "start",
  "rows",
  "columns",
  "startAddend",
  "addedRow",
  "addedColumn",
  "inner",
  "addedOuter",
  "addedInner",
] as const;

/** What is added to a batch of matrices: its operand, where it starts, and strides. */
export interface MergeAddend {
  readonly operand: Slot;
  readonly start: number;
  readonly row: number;
  readonly column: number;
  /** Of two dimensions of the batch; `innerSize` is that of the inner one. */
  readonly outer: number;
  readonly inner: number;
  readonly innerSize: number;
}

/** Invocations of a workgroup that share an element. */
const sharing = 8;
const invocations = 256;

/** Adds up slices in order: of each `width` neighbours, `lanes` invocations take every so many-th slice. */
function mergeKernel(lanes: number, hasAddend: boolean): WgslKernel {
  const width = invocations / lanes;
  const addend = `let matrix = at / (p.rows * p.columns);
  let i = p.startAddend + (matrix / p.inner) * p.addedOuter + (matrix % p.inner) * p.addedInner
    + (at / p.columns) % p.rows * p.addedRow + at % p.columns * p.addedColumn;
  sum += addend[i];`;
  const code = `${parametersText(names)}
var<workgroup> sums: array<f32, ${invocations}>;
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
  return wgslKernel({
    entry: "mergeSlices",
    code,
    reads: { slices: "f32", addend: hasAddend ? "f32" : undefined },
    writes: { c: "f32" },
    parameterTypes: parameterTypes(names),
  });
}

/** Adds `slices` of `size` elements from a temporary, matrices of `rows` by `columns`, and finishes them. */
export function mergeSlicesLaunch(
  slices: number,
  { size, rows, columns }: { readonly size: number; readonly rows: number; readonly columns: number },
  start: number,
  addend: MergeAddend | undefined,
  slope: number,
  limits: Limits,
): PlannedLaunch {
  const lanes = slices < 4 * sharing ? 1 : sharing;
  return {
    kind: "kernel",
    kernel: mergeKernel(lanes, addend !== undefined),
    reads: [{ temporary: 0 }, addend?.operand],
    writes: [{ output: 0 }],
    parameters: parameterValues(names, {
      ...{ slope, size, slices, start, rows, columns },
      startAddend: addend?.start ?? 0,
      addedRow: addend?.row ?? 0,
      addedColumn: addend?.column ?? 0,
      inner: addend?.innerSize ?? 1,
      addedOuter: addend?.outer ?? 0,
      addedInner: addend?.inner ?? 0,
    }),
    work: { workgroups: workgroupLine(Math.ceil((size * lanes) / invocations), limits) },
  };
}
