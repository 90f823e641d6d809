import { checkTensors } from "../../checks/check.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { AxisOptions } from "../../core/spec.ts";
import { readAxesOption } from "../../core/spec.ts";
import type { FlipAttributes } from "./attributes.ts";
import { movementFamily } from "./movement-family.ts";
import { forEachIndex, makeIndexer } from "./positions.ts";

/** y[i] = x[dimension - 1 - i] along the axes. */
export const flipOp: Op<FlipAttributes> = {
  name: "flip",
  outputs: ([x]) => [{ shape: x!.shape, dtype: x!.dtype }],
  meaning: {
    loops: ([x], [y], { axes }) => {
      const { shape } = x!;
      const position = makeIndexer(shape);
      forEachIndex(shape, (to, index) => {
        const source = index.map((at, axis) => (axes.includes(axis) ? shape[axis]! - 1 - at : at));
        y!.data[to] = x!.data[position(source)]!;
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs: { axes } }) => [flip(dy!, { axis: axes })],
  },
  family: movementFamily,
};

/**
 * Reverses the order of elements along one or more axes.
 *
 * Shapes: any -> the same. Throws ArgumentError for axes out of range or named twice.
 *
 * @param options.axis default: all
 * @example flip(tensor([[1, 2], [3, 4]]), { axis: 1 }) // [[2, 1], [4, 3]]
 */
export function flip(x: Tensor, options: AxisOptions = {}): Tensor {
  checkTensors("flip", x);
  return execute(flipOp, [x], { axes: readAxesOption("flip", options, x.rank) })[0]!;
}
