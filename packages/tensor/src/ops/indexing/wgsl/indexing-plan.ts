import type { Limits } from "../../../core/devices/backend.ts";
import { getStorage } from "../../../core/devices/backend.ts";
import { makeFloatElements } from "../../../core/devices/float-elements.ts";
import type { PlannedLaunch, RangeCheck, Slot } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import type { Spec } from "../../../core/spec.ts";
import { isFloat } from "../../../expression/dtype.ts";
import { countStorageBytes } from "../../../expression/storage.ts";
import { makePlan } from "../../movement/view.ts";
import { foldInvocations } from "../../movement/wgsl/invocations.ts";
import { countUnitsPerWord, findWidestUnit } from "../../movement/wgsl/units.ts";
import type { Indexing } from "../indexing.ts";
import { encodeMissing, getOffsetOfNegative } from "../indexing.ts";
import type { Elements } from "./indexing.wgsl.ts";
import {
  makeRowOrder,
  makeWordElements,
  writeAddKernel,
  writeAddSortedKernel,
  writeTakeKernel,
} from "./indexing.wgsl.ts";
import { planSort } from "./sorting-plan.ts";

/** Up to this number of indices, examining all of them for each element of a sum is faster than sorting them. */
const fewIndices = 32;

/** The launch of `planTake` in WGSL; none if no element is taken. */
export function planShaderTake(
  x: Spec,
  missing: number,
  { outer, length, inner, count: chosen, elementwise, negative }: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
  reads: { readonly x: Slot; readonly indices: Slot } = { x: { input: 0 }, indices: { input: 1 } },
): PlannedLaunch[] {
  if (outer * chosen * inner === 0) return [];
  const { unit, elements } = findWidestUnit(countStorageBytes(getStorage(x.dtype, limits)), [
    elementwise ? 1 : inner,
  ]);
  const size = (outer * chosen * inner) / elements;
  const count = Math.ceil(size / countUnitsPerWord(unit));
  return [
    planLaunch(writeTakeKernel(unit, elementwise, check !== undefined), {
      reads,
      writes: { y: { output: 0 } },
      parameters: {
        count,
        size,
        length,
        chosen,
        inner: inner / elements,
        fromEnd: getOffsetOfNegative(length, negative),
        missing: encodeMissing(missing, getStorage(x.dtype, limits)),
      },
      work: { workgroups: foldInvocations(count, limits) },
      check,
    }),
  ];
}

/** `planAdd` in WGSL: the addends of each element of the result are added in the order of the indices. */
export function planShaderAdd(
  updates: Spec,
  indexing: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
): Plan {
  if (indexing.outer * indexing.length * indexing.inner === 0) return makePlan([]);
  return indexing.count <= fewIndices
    ? makePlan([planAddLaunch(updates, indexing, limits, check)])
    : planShaderSortedAdd(updates, indexing, limits, check);
}

/** How sums are loaded and stored: four columns at a time if the size of rows is divisible by four. */
function sumElements(updates: Spec, { inner, elementwise }: Indexing, limits: Limits): Elements {
  const width = inner % 4 === 0 && !elementwise ? 4 : 1;
  const scalar = isFloat(updates.dtype) ? "f" : "u";
  const sum = width === 4 ? `vec4${scalar}` : `${scalar}32`;
  const elements = isFloat(updates.dtype)
    ? makeFloatElements(updates.dtype, width, limits)
    : makeWordElements(sum);
  return { ...elements, width, sum };
}

/** Whether the kernels write such sums as they are stored. */
export const canStoreSums = (updates: Spec, indexing: Indexing, limits: Limits): boolean =>
  sumElements(updates, indexing, limits).store !== undefined;

function planAddLaunch(
  updates: Spec,
  indexing: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
  sorted?: { readonly places: Slot; readonly rows: Slot },
): PlannedLaunch {
  const { outer, length, inner, count: chosen, elementwise, negative } = indexing;
  const elements = sumElements(updates, indexing, limits);
  const columns = inner / elements.width;
  const count = outer * length * columns;
  const counts = check !== undefined;
  const parameters = { count, length, chosen, inner: columns };
  const rest = {
    writes: { y: { output: 0 } },
    work: { workgroups: foldInvocations(count, limits) },
    check,
  };
  return sorted === undefined
    ? planLaunch(writeAddKernel(elements, elementwise, counts), {
        reads: { updates: { input: 0 }, indices: { input: 1 } },
        parameters: { ...parameters, fromEnd: getOffsetOfNegative(length, negative) },
        ...rest,
      })
    : planLaunch(writeAddSortedKernel(elements, counts), {
        reads: { updates: { input: 0 }, ...sorted },
        parameters,
        ...rest,
      });
}

function planShaderSortedAdd(
  updates: Spec,
  indexing: Indexing,
  limits: Limits,
  check: RangeCheck | undefined,
): Plan {
  const { rows, sorted, launches, temporaries } = planRowSort(indexing, limits, { input: 1 });
  return {
    launches: [...launches, planAddLaunch(updates, rows, limits, check, sorted)],
    temporaries,
    aliases: [],
  };
}

/** Indices that are sorted by the rows that they select. */
export interface SortedRows {
  /** The selection of rows. Indices of single elements count as indices of rows of one element, all in one list. */
  readonly rows: Indexing;
  readonly sorted: { readonly places: Slot; readonly rows: Slot };
  readonly launches: readonly PlannedLaunch[];
  readonly temporaries: readonly Spec[];
}

export function planRowSort(indexing: Indexing, limits: Limits, indices: Slot): SortedRows {
  const { outer, length, inner, count, elementwise, negative } = indexing;
  const rows = elementwise
    ? { ...indexing, outer: 1, length: outer * length * inner, inner: 1, count: outer * count * inner }
    : indexing;
  const [places, keys] = [{ temporary: 0 }, { temporary: 1 }];
  const columns = elementwise ? inner : 1;
  const fromEnd = getOffsetOfNegative(length, negative);
  const order = makeRowOrder({ span: count * columns, size: length, columns, fromEnd });
  const sorting = { outer: 1, length: rows.count, inner: 1, keep: rows.count, order };
  const { launches, temporaries } = planSort(sorting, limits, indices, { places, keys }, 2);
  const spec: Spec = { shape: [rows.count], dtype: "u32" };
  return { rows, sorted: { places, rows: keys }, launches, temporaries: [spec, spec, ...temporaries] };
}
