import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape } from "../../core/spec.ts";
import { broadcastShapes, checkShape, formatShape, isSameShape } from "../../core/spec.ts";
import { isFloat, makeRounding } from "../../expression/dtype.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { reshape } from "../movement/reshape.ts";
import type { ReductionAttributes } from "./attributes.ts";
import type { ReductionOptions } from "./axes.ts";
import { broadcastReduced, readReductionAttributes } from "./axes.ts";
import { reductionFamily } from "./reduction-family.ts";
import { computeReducedShape, forEachReduced } from "./reduction-geometry.ts";

/**
 * Sums `x` over the axes along which `shape` broadcasts to the shape of `x`: the transpose of broadcasting.
 * Returns `x` itself if the shapes are equal.
 *
 * Shapes: any to which `shape` broadcasts -> `shape`. Throws ShapeError for other shapes.
 *
 * @example sumTo(ones([3, 2]), [1, 2]) // [[3, 3]]
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  checkTensors("sumTo", x);
  checkShape(shape, "sumTo: shape");
  if (isSameShape(x.shape, shape)) return x;
  if (!isSameShape(broadcastShapes([x.shape, shape], "sumTo"), x.shape)) {
    throw new ShapeError(
      `sumTo: found ${formatShape(x.shape)}, expected a shape to which ${formatShape(shape)} broadcasts`,
    );
  }
  const lead = x.rank - shape.length;
  const axes = x.shape.flatMap((dimension, axis) =>
    axis < lead || shape[axis - lead] !== dimension ? [axis] : [],
  );
  return scope(() => reshape(sum(x, { axis: axes }), shape));
}

/** y = sum of x over the axes; the empty sum is 0. Integers wrap. */
export const sumOp: Op<ReductionAttributes> = {
  name: "sum",
  outputs: ([x], attrs) => {
    checkDType("sum", "x", x!, ...arithmeticTypes);
    return [{ shape: computeReducedShape(x!.shape, attrs), dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axes }) => {
      forEachReduced(x!.shape, axes, (from, to) => {
        y!.data[to]! += x!.data[from]!;
      });
      if (!isFloat(x!.dtype)) y!.data.set(y!.data.map(makeRounding(x!.dtype)));
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ inputSpecs: [x], outputGradients: [dy], attrs }) => [broadcastReduced(dy!, x!, attrs.axes)],
  },
  family: reductionFamily,
};

/**
 * The sum over axes. f32 sums are accurate: blocks are added up first, so the rounding error does not grow with the length.
 *
 * Shapes: any -> without the reduced axes, or with one element there (`keepDims`). Throws DTypeError unless x is f32, f16, i32 or
 * u32, ArgumentError for axes out of range or named twice.
 *
 * @example sum(tensor([[1, 2], [3, 4]]), { axis: 0 }) // [4, 6]
 */
export function sum(x: Tensor, options: ReductionOptions = {}): Tensor {
  return execute(sumOp, [x], readReductionAttributes(x, options, "sum"))[0]!;
}
