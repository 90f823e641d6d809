import { checkOptions, checkTensors } from "../../checks/check.ts";
import { nonZero, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { Rank } from "../convolution/window-options.ts";
import { isSamePadding } from "../convolution/window-options.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "./attributes.ts";
import type { Extent, PoolOptions } from "./pool-options.ts";
import { poolRules, readPoolAttributes } from "./pool-options.ts";
import { poolingFamily } from "./pooling-family.ts";
import { checkPooled, computePlaneGeometry, computePooledSpec } from "./pooling-geometry.ts";
import { poolVolume, splitVolume } from "./volumes.ts";
import type { PoolWindow } from "./windows.ts";
import { listWindows } from "./windows.ts";

export interface AvgPoolOptions extends PoolOptions {
  /** Whether positions in the padding count as zeros. Default: true; false for "same" padding, as in TensorFlow and Keras. */
  readonly countIncludePad?: boolean;
  /** What the sums of windows are divided by. Default: the number of positions of each. */
  readonly divisorOverride?: number;
}

const findDivisor = ({ paddedSize, cells }: PoolWindow, attrs: AvgPoolAttributes): number =>
  attrs.divisor ?? (attrs.countIncludePad ? paddedSize : cells.length);

/** y = the sum of each window divided by the number of its positions, or by another divisor. */
export const avgPoolOp: Op<AvgPoolAttributes> = {
  name: "avgPool",
  outputs: ([x], attrs) => [computePooledSpec(`avgPool${attrs.kernel.length}d`, x!, attrs)],
  meaning: {
    loops: ([x], [y], attrs) => {
      for (const window of listWindows(computePlaneGeometry(x!.shape, y!.shape, attrs))) {
        const sum = window.cells.reduce((total, { input }) => total + x!.data[input]!, 0);
        y!.data[window.output] = sum / findDivisor(window, attrs);
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputGradients: [dy], attrs }) => [
      execute(avgPoolGradientOp, [dy], { ...attrs, inputShape: x!.shape })[0],
    ],
  },
  family: poolingFamily,
};

/** Pools by attributes of any rank. The op's errors name the operation by their rank. */
export function avgPool(x: Tensor, attrs: AvgPoolAttributes): Tensor {
  if (attrs.kernel.length < 3) return execute(avgPoolOp, [x], attrs)[0]!;
  const { planes, depth } = splitVolume(attrs);
  // The sums of planes are divided once, with those of the depth.
  const ofPlanes = attrs.divisor === undefined ? planes : { ...planes, divisor: 1 };
  return poolVolume(
    x,
    (images) => avgPool(images, ofPlanes),
    (lines) => avgPool(lines, depth),
  );
}

function readAvgPoolAttributes(
  operation: string,
  x: Tensor,
  rank: Rank,
  kernel: Extent,
  options: AvgPoolOptions,
): AvgPoolAttributes {
  checkTensors(operation, x);
  checkOptions<AvgPoolOptions>(operation, options, {
    ...poolRules,
    countIncludePad: yesOrNo,
    divisorOverride: nonZero,
  });
  const { divisorOverride: divisor, countIncludePad, ...geometry } = options;
  return {
    ...readPoolAttributes(operation, x.shape, rank, kernel, geometry),
    countIncludePad: countIncludePad ?? !isSamePadding(options.padding),
    ...(divisor !== undefined && { divisor }),
  };
}

/**
 * The mean of windows over the last dimension.
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible options, ShapeError
 * when no window fits in.
 *
 * @example avgPool1d(tensor([[1, 3, 2, 5]]), 2) // [[2, 3.5]]
 */
export function avgPool1d(x: Tensor, kernel: Extent, options: AvgPoolOptions = {}): Tensor {
  return avgPool(x, readAvgPoolAttributes("avgPool1d", x, 1, kernel, options));
}

/**
 * The mean of windows over the last two dimensions.
 *
 * Shapes: [..., height, width] -> [..., rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible
 * options, ShapeError when no window fits in.
 *
 * @example avgPool2d(images, 2) // [32, 64, 28, 28] -> [32, 64, 14, 14]
 */
export function avgPool2d(x: Tensor, kernel: Extent, options: AvgPoolOptions = {}): Tensor {
  return avgPool(x, readAvgPoolAttributes("avgPool2d", x, 2, kernel, options));
}

/**
 * The mean of windows over the last three dimensions: first over planes, then over the depth.
 *
 * Shapes: [..., depth, height, width] -> [..., planes, rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError
 * for impossible options, ShapeError when no window fits in.
 *
 * @example avgPool3d(volumes, 2) // [2, 16, 32, 32, 32] -> [2, 16, 16, 16, 16]
 */
export function avgPool3d(x: Tensor, kernel: Extent, options: AvgPoolOptions = {}): Tensor {
  const attrs = readAvgPoolAttributes("avgPool3d", x, 3, kernel, options);
  computePooledSpec("avgPool3d", x, attrs);
  return avgPool(x, attrs);
}

/** dx = the sum, over the windows that cover it, of dy divided by the number of their positions. */
export const avgPoolGradientOp: Op<AvgPoolGradientAttributes> = {
  name: "avgPoolGradient",
  outputs: ([dy], attrs) => {
    checkDType("avgPoolGradient", "dy", dy!, ...floatTypes);
    checkPooled("avgPoolGradient", dy!.shape, attrs);
    return [{ shape: attrs.inputShape, dtype: dy!.dtype }];
  },
  meaning: {
    loops: ([dy], [dx], attrs) => {
      for (const window of listWindows(computePlaneGeometry(dx!.shape, dy!.shape, attrs))) {
        const share = dy!.data[window.output]! / findDivisor(window, attrs);
        for (const { input } of window.cells) dx!.data[input]! += share;
      }
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [ddx], attrs: { inputShape: _, ...attrs } }) => [
      execute(avgPoolOp, [ddx], attrs)[0],
    ],
  },
  family: poolingFamily,
};
