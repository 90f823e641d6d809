import { checkOptions, checkValue } from "../checks/check.ts";
import { ArgumentError, ShapeError } from "../checks/errors.ts";
import type { Rule } from "../checks/rules.ts";
import { anything, axes, listOf, nonNegativeInteger } from "../checks/rules.ts";
import type { DType } from "../expression/dtype.ts";

export type Shape = readonly number[];

/** The shape and dtype of a tensor, without its data. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

export function countElements(shape: Shape): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** Row-major strides, in elements. */
export function computeStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

export function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

export const formatShape = (shape: Shape): string => `[${shape.join(", ")}]`;

export const formatSpec = (spec: Spec | undefined): string =>
  spec === undefined ? "absent" : `${spec.dtype} ${formatShape(spec.shape)}`;

/** Throws ArgumentError unless every dimension is a non-negative integer. */
export function checkShape(shape: Shape, argument = "shape"): void {
  checkValue(argument, shape, dimensions);
}

const dimensions: Rule = /* @__PURE__ */ listOf(nonNegativeInteger);

/** NumPy's broadcasting of any number of shapes. Throws a ShapeError that shows all of them. */
export function broadcastShapes(shapes: readonly Shape[], operation: string): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    shape.forEach((dimension, axis) => {
      const present = result[lead + axis]!;
      if (dimension === present || dimension === 1) return;
      if (present !== 1) {
        throw new ShapeError(
          `${operation}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast: found ${dimension} against ${present}`,
        );
      }
      result[lead + axis] = dimension;
    });
  }
  return result;
}

/** The strides, in elements, with which a contiguous tensor of `shape` is read as if it were broadcast to `target`. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = computeStrides(shape);
  const lead = target.length - shape.length;
  return target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : own[axis - lead]!));
}

/** An axis counted from the front; negative ones count from the end. Throws ArgumentError if it is out of range. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(`${operation}: axis: found ${axis}, expected an integer in [${-rank}, ${rank})`);
  }
  return axis < 0 ? axis + rank : axis;
}

/**
 * The `axis` of options that have no other member, counted from the front. Throws ArgumentError for other options and
 * an axis out of range.
 */
export function readAxisOption(
  operation: string,
  options: { readonly axis?: number },
  rank: number,
  fallback: number,
): number {
  checkOptions<typeof options>(operation, options, { axis: anything });
  const { axis = fallback } = options;
  return normalizeAxis(axis, rank, operation);
}

/** One or more axes; negative ones count from the end. */
export type Axes = number | readonly number[];

/**
 * The sorted, distinct axes, counted from the front; undefined means all of them. Throws ArgumentError for axes out of
 * range or named twice.
 */
export function normalizeAxes(axis: Axes | undefined, rank: number, operation: string): number[] {
  if (axis === undefined) return Array.from({ length: rank }, (_, index) => index);
  checkValue(`${operation}: axis`, axis, axes);
  const list = (typeof axis === "number" ? [axis] : axis).map((one) => normalizeAxis(one, rank, operation));
  if (new Set(list).size !== list.length) {
    throw new ArgumentError(`${operation}: axis: found ${formatShape(list)}, expected each axis once`);
  }
  return list.sort((a, b) => a - b);
}

export interface AxisOptions {
  readonly axis?: Axes | undefined;
}

/**
 * The `axis` of options that have no other member, as sorted distinct axes. Throws ArgumentError for other options and
 * wrong axes.
 */
export function readAxesOption(
  operation: string,
  options: AxisOptions,
  rank: number,
  fallback?: Axes,
): number[] {
  checkOptions<AxisOptions>(operation, options, { axis: anything });
  return normalizeAxes(options.axis ?? fallback, rank, operation);
}
