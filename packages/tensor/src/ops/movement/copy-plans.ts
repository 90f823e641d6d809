import type { Limits } from "../../core/devices/backend.ts";
import type { Plan } from "../../core/op.ts";
import type { PlanEntry, PlanTraits } from "../../core/plans/plan-tables.ts";
import { makePlanEntry } from "../../core/plans/plan-tables.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { computeStrides, countElements } from "../../core/spec.ts";
import type {
  ConcatenateAttributes,
  FlipAttributes,
  PadAttributes,
  SliceAttributes,
  TransposeAttributes,
} from "./attributes.ts";
import { computePaddedShape, computeSlicedShape } from "./attributes.ts";
import { computeBegins } from "./lines.ts";
import { makeIndexer } from "./positions.ts";
import type { CopyLaunches, StridedCopy } from "./strided-copy.ts";
import { makePlan, planView } from "./view.ts";

/** The plans of ops that are nothing but copies, in the language of `planLaunches`. */
export const listCopyPlans = (planLaunches: CopyLaunches, traits?: PlanTraits): readonly PlanEntry[] => [
  makePlanEntry<FlipAttributes>(
    "flip",
    ([x], attrs, limits) => planFlip(x!, attrs, limits, planLaunches),
    traits,
  ),
  makePlanEntry<SliceAttributes>(
    "slice",
    ([x], attrs, limits) => planSlice(x!, attrs, limits, planLaunches),
    traits,
  ),
  makePlanEntry<TransposeAttributes>(
    "transpose",
    ([x], attrs, limits) => planTranspose(x!, attrs, limits, planLaunches),
    traits,
  ),
];

function planFlip(
  { shape, dtype }: Spec,
  { axes }: FlipAttributes,
  limits: Limits,
  planLaunches: CopyLaunches,
): Plan {
  const strides = computeStrides(shape);
  const from = {
    offset: axes.reduce((offset, axis) => offset + (shape[axis]! - 1) * strides[axis]!, 0),
    strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
  };
  const copy = { shape, from, to: { offset: 0, strides } };
  return makePlan(planLaunches(copy, dtype, limits, { input: 0 }, { output: 0 }));
}

function planSlice(x: Spec, attrs: SliceAttributes, limits: Limits, planLaunches: CopyLaunches): Plan {
  const strides = computeStrides(x.shape);
  const shape = computeSlicedShape(attrs);
  const offset = countElements(shape) === 0 ? 0 : makeIndexer(x.shape)(attrs.begin);
  const view = isOneRun(x.shape, attrs) ? planView(x, limits, offset) : undefined;
  if (view !== undefined) return view;
  const from = { offset, strides: strides.map((stride, axis) => stride * attrs.step[axis]!) };
  const copy = { shape, from, to: { offset: 0, strides: computeStrides(shape) } };
  return makePlan(planLaunches(copy, x.dtype, limits, { input: 0 }, { output: 0 }));
}

/** Whether the slice is contiguous in memory: single indices, then a range without gaps, then whole axes. */
function isOneRun(shape: Shape, attrs: SliceAttributes): boolean {
  const taken = computeSlicedShape(attrs);
  const range = taken.findIndex((size) => size !== 1);
  if (range < 0) return true;
  const whole = (axis: number): boolean =>
    taken[axis] === shape[axis] && (attrs.step[axis] === 1 || taken[axis] === 1);
  return attrs.step[range] === 1 && taken.every((_, axis) => axis <= range || whole(axis));
}

function planTranspose(
  { shape, dtype }: Spec,
  { permutation }: TransposeAttributes,
  limits: Limits,
  planLaunches: CopyLaunches,
): Plan {
  if (keepsOrder(shape, permutation)) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  const permuted = permutation.map((axis) => shape[axis]!);
  const strides = computeStrides(shape);
  const copy = {
    shape: permuted,
    from: { offset: 0, strides: permutation.map((axis) => strides[axis]!) },
    to: { offset: 0, strides: computeStrides(permuted) },
  };
  return makePlan(planLaunches(copy, dtype, limits, { input: 0 }, { output: 0 }));
}

/** Whether the axes of more than one element stay in order, so that the data need not move. */
function keepsOrder(shape: Shape, permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, position) => position === 0 || moved[position - 1]! < axis);
}

/** One copy for each part; a view if there is only one part. */
export function planConcatenate(
  y: Spec,
  parts: readonly (Spec | undefined)[],
  attrs: ConcatenateAttributes,
  limits: Limits,
  planLaunches: CopyLaunches,
): Plan {
  const view = parts.length === 1 ? planView(y, limits) : undefined;
  if (view !== undefined) return view;
  const strides = computeStrides(y.shape);
  const begins = computeBegins(parts, attrs.axis);
  return makePlan(
    parts.flatMap((part, input) => {
      const from = { offset: 0, strides: computeStrides(part!.shape) };
      const to = { offset: begins[input]! * strides[attrs.axis]!, strides };
      return planLaunches({ shape: part!.shape, from, to }, y.dtype, limits, { input }, { output: 0 });
    }),
  );
}

/** A view if no element is added; otherwise undefined. */
export const planPadView = (x: Spec, attrs: PadAttributes, limits: Limits): Plan | undefined =>
  countElements(computePaddedShape(x.shape, attrs)) === countElements(x.shape)
    ? planView(x, limits)
    : undefined;

/** Copies the input to its place in the padded output. */
export function makePadCopy(y: Spec, x: Spec, { low, interior }: PadAttributes): StridedCopy {
  const strides = computeStrides(y.shape).map((stride, axis) => stride * (interior[axis]! + 1));
  const to = { offset: makeIndexer(y.shape)(low), strides };
  return { shape: x.shape, from: { offset: 0, strides: computeStrides(x.shape) }, to };
}
