import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { formatShape, isSameShape } from "../../core/spec.ts";
import { floatTypes, indexType } from "../../expression/dtype-kinds.ts";
import type { PoolAttributes, PoolGradientAttributes } from "./attributes.ts";
import { choosePlaceType } from "./places.ts";
import type { Extent, MaxPoolOptions } from "./pool-options.ts";
import { readPoolAttributes } from "./pool-options.ts";
import { poolingFamily } from "./pooling-family.ts";
import { checkPooled, computePlaneGeometry, computePooledSpec } from "./pooling-geometry.ts";
import { poolVolume, splitVolume } from "./volumes.ts";
import { listWindows } from "./windows.ts";

/**
 * y = the maximum of each window; the second output is the position of the maximum in its window, in row-major order: the first
 * of equal values, the last NaN. The gradient reads only this output, of one byte for each window.
 */
export const maxPoolOp: Op<PoolAttributes> = {
  name: "maxPool",
  outputs: ([x], attrs) => {
    const y = computePooledSpec(`maxPool${attrs.kernel.length}d`, x!, attrs);
    return [y, { shape: y.shape, dtype: choosePlaceType(attrs) }];
  },
  meaning: {
    loops: ([x], [y, places], attrs) => {
      for (const { output, cells } of listWindows(computePlaneGeometry(x!.shape, y!.shape, attrs))) {
        let best = cells[0]!;
        for (const cell of cells) {
          const value = x!.data[cell.input]!;
          if (value > x!.data[best.input]! || Number.isNaN(value)) best = cell;
        }
        y!.data[output] = x!.data[best.input]!;
        places!.data[output] = best.place;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [1] }),
    apply: ({ inputSpecs: [x], outputs: [, places], outputGradients: [dy], attrs }) => [
      execute(maxPoolGradientOp, [dy, places], { ...attrs, inputShape: x!.shape })[0],
    ],
  },
  family: poolingFamily,
};

/** Pools by attributes of any rank. The op's errors name the operation by their rank. */
export function maxPool(x: Tensor, attrs: PoolAttributes): Tensor {
  if (attrs.kernel.length === 3) {
    const { planes, depth } = splitVolume(attrs);
    return poolVolume(
      x,
      (images) => maxPool(images, planes),
      (lines) => maxPool(lines, depth),
    );
  }
  const [y, places] = execute(maxPoolOp, [x], attrs);
  places!.dispose();
  return y!;
}

/**
 * The maximum of windows over the last dimension. Positions in the padding never win; NaN does. The first of equal maxima
 * gets the gradient.
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible
 * options, ShapeError when no window fits in.
 *
 * @example maxPool1d(tensor([[1, 3, 2, 5]]), 2) // [[3, 5]]
 */
export function maxPool1d(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): Tensor {
  checkTensors("maxPool1d", x);
  return maxPool(x, readPoolAttributes("maxPool1d", x.shape, 1, kernel, options));
}

/**
 * The maximum of windows over the last two dimensions. Positions in the padding never win; NaN does. The first of equal
 * maxima, row by row, gets the gradient.
 *
 * Shapes: [..., height, width] -> [..., rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible
 * options, ShapeError when no window fits in.
 *
 * @example maxPool2d(images, 2) // [32, 64, 28, 28] -> [32, 64, 14, 14]
 * @example maxPool2d(images, 3, { stride: 2, padding: 1 })
 */
export function maxPool2d(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): Tensor {
  checkTensors("maxPool2d", x);
  return maxPool(x, readPoolAttributes("maxPool2d", x.shape, 2, kernel, options));
}

/**
 * The maximum of windows over the last three dimensions: first over planes, then over the depth. Positions in the padding
 * never win; NaN does. The first of equal maxima, plane by plane, gets the gradient.
 *
 * Shapes: [..., depth, height, width] -> [..., planes, rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError
 * for impossible options, ShapeError when no window fits in.
 *
 * @example maxPool3d(volumes, 2) // [2, 16, 32, 32, 32] -> [2, 16, 16, 16, 16]
 */
export function maxPool3d(x: Tensor, kernel: Extent, options: MaxPoolOptions = {}): Tensor {
  checkTensors("maxPool3d", x);
  const attrs = readPoolAttributes("maxPool3d", x.shape, 3, kernel, options);
  computePooledSpec("maxPool3d", x, attrs);
  return maxPool(x, attrs);
}

/** y = x, floats or i32, at the position of the maximum of each window: the transpose of `maxPoolGradient`, for second derivatives. */
export const maxPoolSelectOp: Op<PoolAttributes> = {
  name: "maxPoolSelect",
  outputs: ([x, places], attrs) => {
    const y = computePooledSpec("maxPoolSelect", x!, attrs, [...floatTypes, indexType]);
    checkDType("maxPoolSelect", "places", places!, choosePlaceType(attrs));
    if (!isSameShape(places!.shape, y.shape)) {
      throw new ShapeError(
        `maxPoolSelect: places: found ${formatShape(places!.shape)}, expected ${formatShape(y.shape)}`,
      );
    }
    return [y];
  },
  meaning: {
    loops: ([x, places], [y], attrs) => {
      for (const { output, cells } of listWindows(computePlaneGeometry(x!.shape, y!.shape, attrs))) {
        const winner = cells.find(({ place }) => place === places!.data[output])!;
        y!.data[output] = x!.data[winner.input]!;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputSpecs: [x], inputs: [, places], outputGradients: [dy], attrs }) => [
      execute(maxPoolGradientOp, [dy, places], { ...attrs, inputShape: x!.shape })[0],
      undefined,
    ],
  },
  family: poolingFamily,
};

/**
 * dx = the sum of dy over the windows whose maximum is at this position; the inputs are dy and the positions of the
 * maxima.
 */
export const maxPoolGradientOp: Op<PoolGradientAttributes> = {
  name: "maxPoolGradient",
  outputs: ([dy, places], attrs) => {
    checkDType("maxPoolGradient", "dy", dy!, ...floatTypes);
    checkDType("maxPoolGradient", "places", places!, choosePlaceType(attrs));
    checkPooled("maxPoolGradient", dy!.shape, attrs);
    checkPooled("maxPoolGradient", places!.shape, attrs);
    return [{ shape: attrs.inputShape, dtype: dy!.dtype }];
  },
  meaning: {
    loops: ([dy, places], [dx], attrs) => {
      for (const { output, cells } of listWindows(computePlaneGeometry(dx!.shape, dy!.shape, attrs))) {
        const winner = cells.find(({ place }) => place === places!.data[output])!;
        dx!.data[winner.input]! += dy!.data[output]!;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [1], outputs: [] }),
    apply: ({ inputs: [, places], outputGradients: [ddx], attrs }) => {
      const { inputShape: _, ...own } = attrs;
      return [execute(maxPoolSelectOp, [ddx, places], own)[0], undefined];
    },
  },
  family: poolingFamily,
};
