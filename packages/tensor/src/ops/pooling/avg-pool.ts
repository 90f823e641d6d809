import { checkOptions } from "../../checks/check.ts";
import { yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { AvgPoolAttributes, AvgPoolGradientAttributes } from "./attributes.ts";
import { poolingFamily } from "./pooling-family.ts";
import type { Extent, PoolOptions } from "./pooling-geometry.ts";
import {
  checkPooled,
  computePlaneGeometry,
  computePooledSpec,
  poolRules,
  readPoolAttributes,
} from "./pooling-geometry.ts";
import { listWindows } from "./windows.ts";

export interface AvgPoolOptions extends PoolOptions {
  /** Whether positions in the padding count as zeros. Default: true. */
  readonly countIncludePad?: boolean;
}

/** y = the sum of each window divided by the number of its positions. */
export const avgPoolOp: Op<AvgPoolAttributes> = {
  name: "avgPool",
  outputs: ([x], attrs) => [computePooledSpec(`avgPool${attrs.kernel.length}d`, x!, attrs)],
  meaning: {
    loops: ([x], [y], attrs) => {
      for (const { output, paddedSize, cells } of listWindows(
        computePlaneGeometry(x!.shape, y!.shape, attrs),
      )) {
        const sum = cells.reduce((total, { input }) => total + x!.data[input]!, 0);
        y!.data[output] = sum / (attrs.countIncludePad ? paddedSize : cells.length);
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

function avgPool(operation: string, rank: 1 | 2, x: Tensor, kernel: Extent, options: AvgPoolOptions): Tensor {
  checkOptions<AvgPoolOptions>(operation, options, { ...poolRules, countIncludePad: yesOrNo });
  const { countIncludePad = true, ...geometry } = options;
  const attrs = { ...readPoolAttributes(operation, rank, kernel, geometry), countIncludePad };
  return execute(avgPoolOp, [x], attrs)[0]!;
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
  return avgPool("avgPool1d", 1, x, kernel, options);
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
  return avgPool("avgPool2d", 2, x, kernel, options);
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
      for (const { output, paddedSize, cells } of listWindows(
        computePlaneGeometry(dx!.shape, dy!.shape, attrs),
      )) {
        const share = dy!.data[output]! / (attrs.countIncludePad ? paddedSize : cells.length);
        for (const { input } of cells) dx!.data[input]! += share;
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
