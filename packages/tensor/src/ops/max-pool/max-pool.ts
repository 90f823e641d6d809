import { execute } from "../../core/executor.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Op } from "../../core/op.ts";
import type { Tensor } from "../../core/tensor.ts";
import { maxPoolGradientOp } from "../max-pool-gradient/max-pool-gradient.ts";
import type { Extent, PoolAttributes, PoolOptions } from "../pooling/geometry.ts";
import { planeGeometry, poolAttributes, pooledSpec } from "../pooling/geometry.ts";
import { poolPlan } from "../pooling/plan.ts";
import { windowsOf } from "../pooling/windows.ts";
import { module } from "./max-pool.wasm.ts";
import { placeType } from "./places.ts";

/**
 * y = the maximum of each window; the second output is the place of the maximum within its window, row by row: the first
 * one of equals, the last NaN. A byte for each output is all that the gradient reads.
 */
export const maxPoolOp: Op<PoolAttributes> = {
  name: "maxPool",
  outputs: ([x], attrs) => {
    const y = pooledSpec(`maxPool${attrs.kernel.length}d`, x!, attrs);
    return [y, { shape: y.shape, dtype: placeType(attrs) }];
  },
  meaning: {
    loops: ([x], [y, places], attrs) => {
      for (const { output, cells } of windowsOf(planeGeometry(x!.shape, y!.shape, attrs))) {
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
  kernels: {
    wasm: ([x], attrs) => {
      const [y] = maxPoolOp.outputs([x], attrs);
      return poolPlan(planeGeometry(x!.shape, y!.shape, attrs), {
        kernel: wasmKernel(module, placeType(attrs) === "u8" ? "maxPoolBytes" : "maxPoolWords"),
        reads: [{ input: 0 }],
        writes: [{ output: 0 }, { output: 1 }],
        item: "row",
      });
    },
  },
};

function maxPool(x: Tensor, attrs: PoolAttributes): Tensor {
  const [y, places] = execute(maxPoolOp, [x], attrs);
  places!.dispose();
  return y!;
}

/**
 * The maximum of windows over the last dimension. Positions in the padding never win; NaN does. The first of equal maxima
 * gets the gradient.
 *
 * Shapes: [..., length] -> [..., windows]. Throws DTypeError unless x is f32 or f16, ArgumentError for impossible options, ShapeError
 * when no window fits in.
 *
 * @example maxPool1d(tensor([[1, 3, 2, 5]]), 2) // [[3, 5]]
 */
export function maxPool1d(x: Tensor, kernel: Extent, options: PoolOptions = {}): Tensor {
  return maxPool(x, poolAttributes("maxPool1d", 1, kernel, options));
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
export function maxPool2d(x: Tensor, kernel: Extent, options: PoolOptions = {}): Tensor {
  return maxPool(x, poolAttributes("maxPool2d", 2, kernel, options));
}
