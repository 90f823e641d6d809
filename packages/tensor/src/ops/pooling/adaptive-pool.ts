import { checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { nullOr, perDimension, positiveInteger } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { PerDimension, Rank } from "../convolution/window-options.ts";
import { mean } from "../reduction/mean.ts";
import type { PoolAttributes } from "./attributes.ts";
import { avgPool } from "./avg-pool.ts";
import { maxPool } from "./max-pool.ts";

/** The number of windows for every dimension, or for each; null stands for as many as there are positions. */
export type AdaptiveSize<Dimensions extends Rank> = PerDimension<number | null, Dimensions>;

/** What kernels count in 32 bits: positions of the input times windows. */
const mostProducts = 2_147_483_648;

/**
 * The largest window of `windows` that cover `length` positions. Without their common divisor, the starts of the windows have every
 * remainder of a division by their number, so that the largest begins just before a position, and ends just behind another.
 */
function findLargestWindow(length: number, windows: number): number {
  const divisor = findCommonDivisor(length, windows);
  const [positions, count] = [length / divisor, windows / divisor];
  if (count === 1) return positions;
  return Math.floor(positions / count) + (positions % count === 1 ? 1 : 2);
}

const findCommonDivisor = (a: number, b: number): number => (b === 0 ? a : findCommonDivisor(b, a % b));

/** Windows of one size where the sizes of the input are multiples of those of the output, otherwise of as many positions as needed. */
function readAdaptiveAttributes(operation: string, x: Tensor, rank: Rank, size: unknown): PoolAttributes {
  checkTensors(operation, x);
  checkDType(operation, "x", x, ...floatTypes);
  checkValue(`${operation}: size`, size, perDimension(nullOr(positiveInteger), rank));
  const lengths = x.shape.slice(-rank);
  if (x.rank < rank || lengths.includes(0)) {
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(x.shape)}, expected at least ${rank} dimensions, of which the last ${rank} are not 0`,
    );
  }
  const sizes = Array.isArray(size)
    ? (size as (number | null)[])
    : new Array<number | null>(rank).fill(size as number | null);
  const windows = sizes.map((count, axis) => count ?? lengths[axis]!);
  if (windows.some((count, axis) => count * (lengths[axis]! + 1) >= mostProducts)) {
    throw new ShapeError(
      `${operation}: found ${formatShape(windows)} windows of ${formatShape(lengths)}, expected fewer than 2^31 positions times windows`,
    );
  }
  const kernel = lengths.map((length, axis) => findLargestWindow(length, windows[axis]!));
  const isEven = lengths.every((length, axis) => length % windows[axis]! === 0);
  return {
    kernel,
    stride: kernel,
    padding: kernel.map(() => [0, 0] as const),
    dilation: kernel.map(() => 1),
    ceilMode: false,
    ...(!isEven && { windows }),
  };
}

function adaptiveAvgPool(operation: string, x: Tensor, rank: Rank, size: unknown): Tensor {
  const attrs = readAdaptiveAttributes(operation, x, rank, size);
  // Windows of different sizes may be more than one although the largest covers everything.
  const isGlobal =
    attrs.windows === undefined && attrs.kernel.every((length, axis) => length === x.shape.at(axis - rank));
  if (isGlobal) return mean(x, { axis: attrs.kernel.map((_, axis) => axis - rank), keepDims: true });
  return avgPool(x, { ...attrs, countIncludePad: false });
}

/**
 * The mean of as many windows over the last dimension as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n).
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveAvgPool1d(x, 7) // [2, 8, 100] -> [2, 8, 7]
 */
export function adaptiveAvgPool1d(x: Tensor, size: AdaptiveSize<1>): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool1d", x, 1, size);
}

/**
 * The mean of as many windows over the last two dimensions as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n).
 *
 * Shapes: [..., height, width] -> [..., rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveAvgPool2d(x, 7) // [2, 8, 30, 45] -> [2, 8, 7, 7]
 */
export function adaptiveAvgPool2d(x: Tensor, size: AdaptiveSize<2>): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool2d", x, 2, size);
}

/**
 * The mean of as many windows over the last three dimensions as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n).
 *
 * Shapes: [..., depth, height, width] -> [..., planes, rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveAvgPool3d(x, [4, 7, 7]) // [2, 8, 9, 30, 45] -> [2, 8, 4, 7, 7]
 */
export function adaptiveAvgPool3d(x: Tensor, size: AdaptiveSize<3>): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool3d", x, 3, size);
}

/**
 * The maximum of as many windows over the last dimension as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n). The first of equal maxima gets the gradient.
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveMaxPool1d(x, 7) // [2, 8, 100] -> [2, 8, 7]
 */
export function adaptiveMaxPool1d(x: Tensor, size: AdaptiveSize<1>): Tensor {
  return maxPool(x, readAdaptiveAttributes("adaptiveMaxPool1d", x, 1, size));
}

/**
 * The maximum of as many windows over the last two dimensions as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n). The first of equal maxima gets the gradient.
 *
 * Shapes: [..., height, width] -> [..., rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveMaxPool2d(x, 7) // [2, 8, 30, 45] -> [2, 8, 7, 7]
 */
export function adaptiveMaxPool2d(x: Tensor, size: AdaptiveSize<2>): Tensor {
  return maxPool(x, readAdaptiveAttributes("adaptiveMaxPool2d", x, 2, size));
}

/**
 * The maximum of as many windows over the last three dimensions as are asked for, whatever the size of the input. Window i of n extends from
 * floor(i length / n) to ceil((i + 1) length / n). The first of equal maxima gets the gradient.
 *
 * Shapes: [..., depth, height, width] -> [..., planes, rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for a size that is
 * neither positive nor null, ShapeError for an input without positions.
 *
 * @param size the number of windows of each dimension, where null stands for as many as there are positions
 * @example adaptiveMaxPool3d(x, [4, 7, 7]) // [2, 8, 9, 30, 45] -> [2, 8, 4, 7, 7]
 */
export function adaptiveMaxPool3d(x: Tensor, size: AdaptiveSize<3>): Tensor {
  return maxPool(x, readAdaptiveAttributes("adaptiveMaxPool3d", x, 3, size));
}
