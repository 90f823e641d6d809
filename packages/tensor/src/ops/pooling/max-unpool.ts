import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import {
  anything,
  either,
  listOf,
  nonNegativeInteger,
  perDimension,
  positiveInteger,
} from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import { countElements, formatShape, isSameShape } from "../../core/spec.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import type { Rank } from "../convolution/window-options.ts";
import { readExtent } from "../convolution/window-options.ts";
import { gather } from "../indexing/gather.ts";
import { reshape } from "../movement/reshape.ts";
import type { UnpoolAttributes } from "./attributes.ts";
import type { Extent } from "./pool-options.ts";
import { poolingFamily } from "./pooling-family.ts";

/** y = 0 but for y[o, indices[o, i]] = x[o, i], where o is a line, plane or volume; of equal indices, the last i counts. */
export const maxUnpoolOp: Op<UnpoolAttributes> = {
  name: "maxUnpool",
  outputs: ([x, indices], { sizes }) => {
    checkDType("maxUnpool", "x", x!, ...floatTypes);
    checkDType("maxUnpool", "indices", indices!, indexType);
    if (!isSameShape(x!.shape, indices!.shape)) {
      throw new ShapeError(
        `maxUnpool${sizes.length}d: indices: found ${formatShape(indices!.shape)}, expected the shape of x, ${formatShape(x!.shape)}`,
      );
    }
    return [{ shape: [...x!.shape.slice(0, -sizes.length), ...sizes], dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x, indices], [y], { sizes }) => {
      const size = countElements(sizes);
      const count = countElements(x!.shape.slice(-sizes.length));
      indices!.data.forEach((index, position) => {
        if (index < 0 || index >= size) return;
        y!.data[Math.floor(position / count) * size + index] = x!.data[position]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, indices], outputGradients: [dy], attrs: { sizes } }) => {
      const flatten = (tensor: Tensor): Tensor => {
        const inner = tensor.shape.slice(-sizes.length);
        return reshape(tensor, [...tensor.shape.slice(0, -sizes.length), countElements(inner)]);
      };
      const dx = gather(flatten(dy!), flatten(indices!), { outOfRange: "zero", negative: "outOfRange" });
      return [reshape(dx, indices!.shape), undefined];
    },
  },
  family: poolingFamily,
};

export interface MaxUnpoolOptions {
  /** The distance between neighbouring windows of the pooling. Default: the size of the kernel. */
  readonly stride?: Extent;
  /** The padding of the pooling. Default: 0. */
  readonly padding?: Extent;
  /**
   * The sizes of the output, or its shape. Default: (size - 1) stride - 2 padding + kernel for each dimension; they may
   * differ from that by less than the stride.
   */
  readonly outputSize?: Shape;
}

/** The sizes of the output. Throws ArgumentError for impossible options. */
function readSizes(
  operation: string,
  x: Tensor,
  rank: Rank,
  kernel: Extent,
  options: MaxUnpoolOptions,
): readonly number[] {
  checkOptions<MaxUnpoolOptions>(operation, options, {
    stride: anything,
    padding: perDimension(nonNegativeInteger, rank),
    outputSize: either(listOf(positiveInteger, rank), listOf(nonNegativeInteger, x.rank)),
  });
  const { stride: apart = kernel, padding: margins = 0, outputSize } = options;
  const window = readExtent(`${operation}: kernel`, kernel, rank, positiveInteger);
  const stride = readExtent(`${operation}: stride`, apart, rank, positiveInteger);
  const padding = readExtent(`${operation}: padding`, margins, rank, nonNegativeInteger);
  if (x.rank < rank) {
    throw new ShapeError(
      `${operation}: x: found shape ${formatShape(x.shape)}, expected at least ${rank} dimensions`,
    );
  }
  const usual = x.shape
    .slice(-rank)
    .map((length, axis) => (length - 1) * stride[axis]! - 2 * padding[axis]! + window[axis]!);
  const sizes = outputSize?.slice(-rank) ?? usual;
  if (sizes.some((size, axis) => size <= 0 || Math.abs(size - usual[axis]!) >= stride[axis]!)) {
    throw new ArgumentError(
      `${operation}: outputSize: found ${formatShape(sizes)}, expected sizes that differ from ${formatShape(usual)} by less than the stride, ${formatShape(stride)}`,
    );
  }
  return sizes;
}

function maxUnpool(
  operation: string,
  x: Tensor,
  indices: Tensor,
  rank: Rank,
  kernel: Extent,
  options: MaxUnpoolOptions,
): Tensor {
  checkTensors(operation, x, indices);
  const sizes = readSizes(operation, x, rank, kernel, options);
  return execute(maxUnpoolOp, [x, indices], { sizes })[0]!;
}

/**
 * The maxima of `maxPool1dWithIndices` at their positions in lines of zeros: a partial inverse of the pooling. Where several
 * windows have the same maximum, the last one counts.
 *
 * Shapes: x and i32 indices [..., windows] -> [..., length]. Throws ShapeError for indices of another shape, DTypeError unless x is
 * f32 or f16 and the indices are i32, ArgumentError for impossible options. Indices outside of the lines are reported by the
 * next `read`.
 *
 * @param kernel the size of the windows of the pooling
 * @example maxUnpool1d(tensor([[3, 5]]), tensor([[1, 3]], { dtype: "i32" }), 2) // [[0, 3, 0, 5]]
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernel: Extent,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool1d", x, indices, 1, kernel, options);
}

/**
 * The maxima of `maxPool2dWithIndices` at their positions in planes of zeros: a partial inverse of the pooling. Where several
 * windows have the same maximum, the last one counts.
 *
 * Shapes: x and i32 indices [..., rows, columns] -> [..., height, width]. Throws ShapeError for indices of another shape, DTypeError unless x is
 * f32 or f16 and the indices are i32, ArgumentError for impossible options. Indices outside of the planes are reported by the
 * next `read`.
 *
 * @param kernel the size of the windows of the pooling
 * @example maxUnpool2d(values, indices, 2) // [32, 64, 14, 14] -> [32, 64, 28, 28]
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernel: Extent,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool2d", x, indices, 2, kernel, options);
}

/**
 * The maxima of `maxPool3dWithIndices` at their positions in volumes of zeros: a partial inverse of the pooling. Where several
 * windows have the same maximum, the last one counts.
 *
 * Shapes: x and i32 indices [..., planes, rows, columns] -> [..., depth, height, width]. Throws ShapeError for indices of another shape, DTypeError unless x is
 * f32 or f16 and the indices are i32, ArgumentError for impossible options. Indices outside of the volumes are reported by the
 * next `read`.
 *
 * @param kernel the size of the windows of the pooling
 * @example maxUnpool3d(values, indices, 2) // [2, 8, 8, 8, 8] -> [2, 8, 16, 16, 16]
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernel: Extent,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool3d", x, indices, 3, kernel, options);
}
