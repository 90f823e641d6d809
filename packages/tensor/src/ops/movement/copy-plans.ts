import type { Limits } from "../../core/devices/backend.ts";
import type { Plan } from "../../core/op.ts";
import type { PlanEntry, PlanTraits } from "../../core/plans/plan-tables.ts";
import { planFor } from "../../core/plans/plan-tables.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { sizeOf, stridesOf } from "../../core/spec.ts";
import type {
  ConcatenateAttributes,
  FlipAttributes,
  PadAttributes,
  SliceAttributes,
  TransposeAttributes,
} from "./attributes.ts";
import { paddedShape, slicedShape } from "./attributes.ts";
import { beginsOf } from "./lines.ts";
import { positionIn } from "./positions.ts";
import type { CopyLaunches, StridedCopy } from "./strided-copy.ts";
import { launchesOnly, viewPlan } from "./view.ts";

/** The plans of ops that are a single copy, in the language of `launchesOf`. */
export const copyPlans = (launchesOf: CopyLaunches, traits?: PlanTraits): readonly PlanEntry[] => [
  planFor<FlipAttributes>("flip", ([x], attrs, limits) => flipPlan(x!, attrs, limits, launchesOf), traits),
  planFor<SliceAttributes>("slice", ([x], attrs, limits) => slicePlan(x!, attrs, limits, launchesOf), traits),
  planFor<TransposeAttributes>(
    "transpose",
    ([x], attrs, limits) => transposePlan(x!, attrs, limits, launchesOf),
    traits,
  ),
];

function flipPlan(
  { shape, dtype }: Spec,
  { axes }: FlipAttributes,
  limits: Limits,
  launchesOf: CopyLaunches,
): Plan {
  const strides = stridesOf(shape);
  const from = {
    offset: axes.reduce((offset, axis) => offset + (shape[axis]! - 1) * strides[axis]!, 0),
    strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
  };
  const copy = { shape, from, to: { offset: 0, strides } };
  return launchesOnly(launchesOf(copy, dtype, limits, { input: 0 }, { output: 0 }));
}

function slicePlan(x: Spec, attrs: SliceAttributes, limits: Limits, launchesOf: CopyLaunches): Plan {
  const strides = stridesOf(x.shape);
  const shape = slicedShape(attrs);
  const offset = sizeOf(shape) === 0 ? 0 : positionIn(x.shape)(attrs.begin);
  const view = isOneRun(x.shape, attrs) ? viewPlan(x, limits, offset) : undefined;
  if (view !== undefined) return view;
  const from = { offset, strides: strides.map((stride, axis) => stride * attrs.step[axis]!) };
  const copy = { shape, from, to: { offset: 0, strides: stridesOf(shape) } };
  return launchesOnly(launchesOf(copy, x.dtype, limits, { input: 0 }, { output: 0 }));
}

/** Whether the slice is contiguous in memory: single indices, then a range without gaps, then whole axes. */
function isOneRun(shape: Shape, attrs: SliceAttributes): boolean {
  const taken = slicedShape(attrs);
  const range = taken.findIndex((size) => size !== 1);
  if (range < 0) return true;
  const whole = (axis: number): boolean => taken[axis] === shape[axis];
  return attrs.step[range] === 1 && taken.every((_, axis) => axis <= range || whole(axis));
}

function transposePlan(
  { shape, dtype }: Spec,
  { permutation }: TransposeAttributes,
  limits: Limits,
  launchesOf: CopyLaunches,
): Plan {
  if (keepsOrder(shape, permutation)) return { launches: [], temporaries: [], aliases: [[0, 0]] };
  const permuted = permutation.map((axis) => shape[axis]!);
  const strides = stridesOf(shape);
  const copy = {
    shape: permuted,
    from: { offset: 0, strides: permutation.map((axis) => strides[axis]!) },
    to: { offset: 0, strides: stridesOf(permuted) },
  };
  return launchesOnly(launchesOf(copy, dtype, limits, { input: 0 }, { output: 0 }));
}

/** Whether the axes of more than one element stay in order, so that the data need not move. */
function keepsOrder(shape: Shape, permutation: readonly number[]): boolean {
  const moved = permutation.filter((axis) => shape[axis] !== 1);
  return moved.every((axis, position) => position === 0 || moved[position - 1]! < axis);
}

/** One copy for each part; a view if there is only one part. */
export function concatenatePlan(
  y: Spec,
  parts: readonly (Spec | undefined)[],
  attrs: ConcatenateAttributes,
  limits: Limits,
  launchesOf: CopyLaunches,
): Plan {
  const view = parts.length === 1 ? viewPlan(y, limits) : undefined;
  if (view !== undefined) return view;
  const strides = stridesOf(y.shape);
  const begins = beginsOf(parts, attrs.axis);
  return launchesOnly(
    parts.flatMap((part, input) => {
      const from = { offset: 0, strides: stridesOf(part!.shape) };
      const to = { offset: begins[input]! * strides[attrs.axis]!, strides };
      return launchesOf({ shape: part!.shape, from, to }, y.dtype, limits, { input }, { output: 0 });
    }),
  );
}

/** A view if no element is added; otherwise undefined. */
export const padView = (x: Spec, attrs: PadAttributes, limits: Limits): Plan | undefined =>
  sizeOf(paddedShape(x.shape, attrs)) === sizeOf(x.shape) ? viewPlan(x, limits) : undefined;

/** Copies the input to its place in the padded output. */
export function padCopy(y: Spec, x: Spec, { low, interior }: PadAttributes): StridedCopy {
  const strides = stridesOf(y.shape).map((stride, axis) => stride * (interior[axis]! + 1));
  const to = { offset: positionIn(y.shape)(low), strides };
  return { shape: x.shape, from: { offset: 0, strides: stridesOf(x.shape) }, to };
}
