import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { countElements, formatShape, isSameShape } from "../../core/spec.ts";
import type { DType } from "../../expression/dtype.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";

/** PyTorch's rule: in ceil mode the last window still starts inside the input or its left padding. */
function computePooledLength(length: number, axis: number, attrs: PoolAttributes): number {
  if (attrs.windows) return attrs.windows[axis]!;
  const [stride, [before, after]] = [attrs.stride[axis]!, attrs.padding[axis]!];
  const span = attrs.dilation[axis]! * (attrs.kernel[axis]! - 1) + 1;
  const room = length + before + after - span;
  if (!attrs.ceilMode) return Math.floor(room / stride) + 1;
  const windows = Math.ceil(room / stride) + 1;
  return (windows - 1) * stride >= length + before ? windows - 1 : windows;
}

/** Whether every window has a position in the input: those of a dilated one may all lie in the padding. */
function reachesInput(length: number, axis: number, windows: number, attrs: PoolAttributes): boolean {
  const [kernel, dilation, [before]] = [attrs.kernel[axis]!, attrs.dilation[axis]!, attrs.padding[axis]!];
  for (let window = 0; dilation > 1 && window < windows; window++) {
    const start = window * attrs.stride[axis]! - before;
    const first = Math.max(0, Math.ceil(-start / dilation));
    if (first >= kernel || start + first * dilation >= length) return false;
  }
  return true;
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
    const fits = length > 0 && pooled > 0 && reachesInput(length, axis - lead, pooled, attrs);
    if (fits) return pooled;
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(shape)}, expected room for a window of ${formatShape(attrs.kernel)} with padding ${JSON.stringify(attrs.padding)}`,
    );
  });
}

/** The spec after pooling. Throws DTypeError unless the input has one of the dtypes: by default, a float. */
export function computePooledSpec(
  operation: string,
  x: Spec,
  attrs: PoolAttributes,
  dtypes: readonly DType[] = floatTypes,
): Spec {
  checkDType(operation, "x", x, ...dtypes);
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

/**
 * Pooling as windows over planes of two dimensions; one-dimensional pooling has planes of one row. Only the padding before
 * determines where windows start.
 */
export interface PlaneGeometry {
  readonly planes: number;
  readonly input: Extents;
  readonly output: Extents;
  readonly kernel: Extents;
  readonly stride: Extents;
  readonly padding: Extents;
  readonly paddingAfter: Extents;
  readonly dilation: Extents;
  readonly isAdaptive: boolean;
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
  const { kernel, stride, padding, dilation, windows } = attrs;
  return {
    planes: countElements(inputShape.slice(0, -rank)),
    input: plane(inputShape.slice(-rank), 1),
    output: plane(outputShape.slice(-rank), 1),
    kernel: plane(kernel, 1),
    stride: plane(stride, 1),
    padding: plane(
      padding.map(([before]) => before),
      0,
    ),
    paddingAfter: plane(
      padding.map(([, after]) => after),
      0,
    ),
    dilation: plane(dilation, 1),
    isAdaptive: windows !== undefined,
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
  readonly adaptive: number;
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
  adaptive: Number(geometry.isAdaptive),
});
