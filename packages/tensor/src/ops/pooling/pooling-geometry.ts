import { checkOptions, checkValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import type { Rule, Rules } from "../../checks/rules.ts";
import {
  anything,
  either,
  listOf,
  nonNegativeInteger,
  positiveInteger,
  yesOrNo,
} from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { countElements, formatShape, isSameShape } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";

/** One number for every spatial dimension, or one for each. */
export type Extent = number | readonly number[];

export interface PoolOptions {
  /** The distance between neighbouring windows. Default: the size of the kernel, so that windows do not overlap. */
  readonly stride?: Extent;
  /** Positions added at both ends, at most half of the kernel. Default: 0. */
  readonly padding?: Extent;
  /** Whether the last window may extend past the end. Default: false. */
  readonly ceilMode?: boolean;
}

export const poolRules: Rules<PoolOptions> = { stride: anything, padding: anything, ceilMode: yesOrNo };

/** Throws ArgumentError for impossible options. */
export function readPoolAttributes(
  operation: string,
  rank: 1 | 2,
  kernel: Extent,
  options: PoolOptions,
): PoolAttributes {
  checkOptions<PoolOptions>(operation, options, poolRules);
  const { stride = kernel, padding = 0, ceilMode = false } = options;
  const attrs = {
    kernel: readExtent(`${operation}: kernel`, kernel, rank, positiveInteger),
    stride: readExtent(`${operation}: stride`, stride, rank, positiveInteger),
    padding: readExtent(`${operation}: padding`, padding, rank, nonNegativeInteger),
    ceilMode,
  };
  if (attrs.padding.some((pad, axis) => 2 * pad > attrs.kernel[axis]!)) {
    throw new ArgumentError(
      `${operation}: padding: found ${formatShape(attrs.padding)}, expected at most half of the kernel ${formatShape(attrs.kernel)}`,
    );
  }
  return attrs;
}

function readExtent(where: string, extent: Extent, rank: number, size: Rule): number[] {
  checkValue(where, extent, either(size, listOf(size, rank)));
  return typeof extent === "number" ? new Array<number>(rank).fill(extent) : [...extent];
}

/** PyTorch's rule: in ceil mode the last window still starts inside the input or its left padding. */
function computePooledLength(length: number, axis: number, attrs: PoolAttributes): number {
  const [kernel, stride, padding] = [attrs.kernel[axis]!, attrs.stride[axis]!, attrs.padding[axis]!];
  const room = length + 2 * padding - kernel;
  if (!attrs.ceilMode) return Math.floor(room / stride) + 1;
  const windows = Math.ceil(room / stride) + 1;
  return (windows - 1) * stride >= length + padding ? windows - 1 : windows;
}

/** The shape after pooling. Throws ShapeError when a window does not fit in. */
export function computePooledShape(operation: string, shape: Shape, attrs: PoolAttributes): number[] {
  const lead = shape.length - attrs.kernel.length;
  if (lead < 0) {
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(shape)}, expected at least ${attrs.kernel.length} dimensions`,
    );
  }
  return shape.map((length, axis) => {
    if (axis < lead) return length;
    const pooled = computePooledLength(length, axis - lead, attrs);
    if (length > 0 && pooled > 0) return pooled;
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(shape)}, expected room for a window of ${formatShape(attrs.kernel)} with padding ${formatShape(attrs.padding)}`,
    );
  });
}

/** The spec after pooling. Throws DTypeError unless the input is a float. */
export function computePooledSpec(operation: string, x: Spec, attrs: PoolAttributes): Spec {
  checkDType(operation, "x", x, ...floatTypes);
  return { shape: computePooledShape(operation, x.shape, attrs), dtype: x.dtype };
}

/** Throws ShapeError unless an output gradient has the shape that results from pooling `inputShape`. */
export function checkPooled(operation: string, found: Shape, attrs: PoolGradientAttributes): void {
  const expected = computePooledShape(operation, attrs.inputShape, attrs);
  if (isSameShape(found, expected)) return;
  throw new ShapeError(`${operation}: dy: found ${formatShape(found)}, expected ${formatShape(expected)}`);
}

export interface Extents {
  readonly height: number;
  readonly width: number;
}

/** Pooling as windows over planes of two dimensions; one-dimensional pooling has planes of one row. */
export interface PlaneGeometry {
  readonly planes: number;
  readonly input: Extents;
  readonly output: Extents;
  readonly kernel: Extents;
  readonly stride: Extents;
  readonly padding: Extents;
}

export function computePlaneGeometry(
  inputShape: Shape,
  outputShape: Shape,
  attrs: PoolAttributes,
): PlaneGeometry {
  const rank = attrs.kernel.length;
  const plane = (list: readonly number[], single: number): Extents => {
    const [width, height = single] = [...list].reverse();
    return { height, width: width! };
  };
  return {
    planes: countElements(inputShape.slice(0, -rank)),
    input: plane(inputShape.slice(-rank), 1),
    output: plane(outputShape.slice(-rank), 1),
    kernel: plane(attrs.kernel, 1),
    stride: plane(attrs.stride, 1),
    padding: plane(attrs.padding, 0),
  };
}

export interface NamedPlaneParameters {
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padHeight: number;
  readonly padWidth: number;
}

export const namePlaneParameters = (geometry: PlaneGeometry): NamedPlaneParameters => ({
  height: geometry.input.height,
  width: geometry.input.width,
  outHeight: geometry.output.height,
  outWidth: geometry.output.width,
  kernelHeight: geometry.kernel.height,
  kernelWidth: geometry.kernel.width,
  strideHeight: geometry.stride.height,
  strideWidth: geometry.stride.width,
  padHeight: geometry.padding.height,
  padWidth: geometry.padding.width,
});
