import type { Limits } from "../../core/devices/backend.ts";
import type { PlannedLaunch, Slot } from "../../core/devices/launch.ts";
import { mergeDimensions } from "../../core/plans/expression-plan.ts";
import type { Shape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";

/** One side of a copy: the position of the first element and the strides, in elements. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Copies elements from one layout to another. */
export interface StridedCopy {
  readonly shape: Shape;
  readonly from: Layout;
  readonly to: Layout;
}

export interface Dimension {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

/** Plans a copy for one kernel language. */
export type CopyLaunches = (
  copy: StridedCopy,
  dtype: DType,
  limits: Limits,
  read: Slot,
  write: Slot,
) => PlannedLaunch[];

/** The dimensions of a copy, at least one. Neighbours that are contiguous on both sides are merged. */
export function mergeCopyDimensions({ shape, from, to }: StridedCopy): Dimension[] {
  const merged = mergeDimensions(shape, [from.strides, to.strides]);
  const [froms, tos] = merged.strides as [number[], number[]];
  return merged.shape.map((size, axis) => ({ size, from: froms[axis]!, to: tos[axis]! }));
}
