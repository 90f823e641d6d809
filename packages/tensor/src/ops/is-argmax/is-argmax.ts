import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, sameShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import * as e from "../../expression/functions.ts";
import { argmaxOp } from "../argmax/argmax.ts";
import { pointwise } from "../fuse/pointwise.ts";
import type { ArgExtremeAttributes } from "../selection/arg-extreme.ts";

const lastAxis = ({ shape }: Spec): ArgExtremeAttributes => ({ axes: [shape.length - 1], keepDims: false });

/** y = 1 where argmax(x) along the last axis is the given position, else 0. */
export const isArgmaxOp: Op<object> = {
  name: "isArgmax",
  outputs: ([x, positions]) => {
    const shape = x!.shape.slice(0, -1);
    if (x!.shape.length === 0 || !sameShape(positions!.shape, shape)) {
      throw new ShapeError(
        `isArgmax: found x ${formatShape(x!.shape)} and positions ${formatShape(positions!.shape)}, expected [..., n] and [...]`,
      );
    }
    checkDType("isArgmax", "positions", positions!, "i32");
    argmaxOp.outputs([x], lastAxis(x!));
    return [{ shape, dtype: "f32" }];
  },
  meaning: {
    composition: ([x, positions]) => [
      pointwise([execute(argmaxOp, [x!], lastAxis(x!))[0]!, positions!], (a, b) =>
        e.cast(e.equal(a, b), "f32"),
      ),
    ],
  },
};

/**
 * 1 where the largest value along the last axis stands at the given position, else 0, as f32: whether a classifier is right. Ties
 * and NaN count as in `argmax`. A position out of range, such as the label of an ignored sample, gives 0.
 *
 * Shapes: [..., n], i32 [...] -> f32 [...]. Throws ShapeError when they do not fit or n is 0, DTypeError unless x is f32, i32 or u32.
 *
 * @example mean(isArgmax(logits, labels)) // the accuracy
 */
export function isArgmax(x: Tensor, positions: Tensor): Tensor {
  return execute(isArgmaxOp, [x, positions], {})[0]!;
}
