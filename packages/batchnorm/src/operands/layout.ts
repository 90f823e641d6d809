import type { DType, Shape, Spec } from "@evenkeel/tensor";
import {
  countElements,
  DTypeError,
  floatTypes,
  formatShape,
  formatSpec,
  normalizeAxis,
  ShapeError,
} from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";

/** A tensor of any rank as (outer, channels, inner); in NHWC, the inner size is 1. */
export interface Layout {
  readonly outer: number;
  readonly channels: number;
  readonly inner: number;
}

export function computeLayout(shape: Shape, axis: number): Layout {
  return {
    outer: countElements(shape.slice(0, axis)),
    channels: shape[axis]!,
    inner: countElements(shape.slice(axis + 1)),
  };
}

/** The number of values of a batch in one channel. */
export const countValuesPerChannel = ({ outer, inner }: Layout): number => outer * inner;

/** The axes over which statistics are computed: all but that of the channels. */
export const listBatchAxes = (shape: Shape, axis: number): number[] =>
  shape.flatMap((_, other) => (other === axis ? [] : [other]));

/** The shape in which one value per channel broadcasts over a tensor of `shape`. */
export const computeChannelShape = (shape: Shape, axis: number): number[] => [
  shape[axis]!,
  ...shape.slice(axis + 1).map(() => 1),
];

/** The channels' axis, counted from the front. Throws ShapeError or DTypeError unless x is a float and has such an axis. */
export function checkInput(operation: string, x: Spec, axis: number): number {
  checkDType(operation, "x", x, floatTypes);
  if (x.shape.length === 0 || axis >= x.shape.length) {
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(x.shape)}, expected a channel axis ${axis}: at least ${Math.max(axis + 1, 1)} dimensions`,
    );
  }
  return normalizeAxis(axis, x.shape.length, operation);
}

/** Throws DTypeError unless the argument has one of the dtypes. */
export function checkDType(
  operation: string,
  argument: string,
  spec: Spec,
  dtypes: readonly DType[] = ["f32"],
): void {
  if (!dtypes.includes(spec?.dtype)) {
    throw new DTypeError(
      `${operation}: ${argument}: found ${spec?.shape ? formatSpec(spec) : describeValue(spec)}, expected ${dtypes.join(" or ")}`,
    );
  }
}

/** Throws DTypeError or ShapeError unless the argument, where it is present, has the given dtype and shape. */
export function checkArgument(
  operation: string,
  argument: string,
  spec: Spec | undefined,
  shape: Shape,
  reason: string,
  dtype: DType = "f32",
): void {
  if (spec === undefined) return;
  checkDType(operation, argument, spec, [dtype]);
  if (spec.shape.length !== shape.length || spec.shape.some((size, axis) => size !== shape[axis])) {
    throw new ShapeError(
      `${operation}: ${argument}: found shape ${formatShape(spec.shape)}, expected ${formatShape(shape)}: ${reason}`,
    );
  }
}
