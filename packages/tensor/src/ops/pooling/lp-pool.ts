import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { positive } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import * as e from "../../expression/functions.ts";
import type { Rank } from "../convolution/window-options.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { power } from "../elementwise/powers.ts";
import { avgPool } from "./avg-pool.ts";
import type { Extent, PoolOptions } from "./pool-options.ts";
import { poolRules, readPoolAttributes } from "./pool-options.ts";

export type LpPoolOptions = Omit<PoolOptions, "padding">;

/** As in PyTorch, a window that ceil mode lets extend past the end counts as if it were full: its mean times the kernel. */
function lpPool(
  operation: string,
  x: Tensor,
  rank: Rank,
  normType: number,
  kernel: Extent,
  options: LpPoolOptions,
): Tensor {
  checkTensors(operation, x);
  checkValue(`${operation}: normType`, normType, positive);
  const { padding: _, ...rules } = poolRules;
  checkOptions<LpPoolOptions>(operation, options, rules);
  const attrs = readPoolAttributes(operation, x.shape, rank, kernel, options);
  const size = attrs.kernel.reduce((product, length) => product * length, 1);
  return scope(() => {
    const means = avgPool(power(x, normType), { ...attrs, countIncludePad: true });
    return pointwise([means], (mean) => {
      // The root has no slope at 0: its gradient counts as 0 there.
      const isZero = e.equal(mean, 0);
      const root = e.pow(e.mul(e.select(isZero, 1, mean), size), 1 / normType);
      return e.select(isZero, 0, root);
    });
  });
}

/**
 * The power mean of windows over the last dimension, without the division by their size: (sum of x^p)^(1/p). With p = 1 it
 * is their sum; towards infinity it approaches the maximum of the absolute values.
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible options,
 * ShapeError when no window fits in. The gradient of a window of zeros is 0.
 *
 * @example lpPool1d(tensor([[3, 4, 0, 5]]), 2, 2) // [[5, 5]]
 */
export function lpPool1d(x: Tensor, normType: number, kernel: Extent, options: LpPoolOptions = {}): Tensor {
  return lpPool("lpPool1d", x, 1, normType, kernel, options);
}

/**
 * The power mean of windows over the last two dimensions, without the division by their size: (sum of x^p)^(1/p).
 *
 * Shapes: [..., height, width] -> [..., rows, columns]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible
 * options, ShapeError when no window fits in. The gradient of a window of zeros is 0.
 *
 * @example lpPool2d(images, 2, 3, { stride: 2 }) // [32, 64, 29, 29] -> [32, 64, 14, 14]
 */
export function lpPool2d(x: Tensor, normType: number, kernel: Extent, options: LpPoolOptions = {}): Tensor {
  return lpPool("lpPool2d", x, 2, normType, kernel, options);
}
