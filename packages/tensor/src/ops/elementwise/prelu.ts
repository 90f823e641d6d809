import { checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { broadcastShapes, formatShape } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { reshape } from "../movement/reshape.ts";

/** y = x for x > 0, else weight x; the two broadcast. The result has the dtype of x. */
export const preluOp: Op = {
  name: "prelu",
  outputs: ([x, weight]) => {
    checkDType("prelu", "x", x!, ...floatTypes);
    checkDType("prelu", "weight", weight!, ...floatTypes);
    return [{ shape: broadcastShapes([x!.shape, weight!.shape], "prelu"), dtype: x!.dtype }];
  },
  meaning: {
    expression: ([x, weight]) =>
      buildExpression({ inputs: [x!.dtype, weight!.dtype], outputs: [x!.dtype] }, ([value, slope]) =>
        e.select(e.greater(value!, 0), value!, e.mul(slope!, value!)),
      ),
  },
};

/**
 * x where it is positive, weight * x elsewhere (He et al. 2015); the weight is trained.
 *
 * Shapes: any and [1], or [n, c, ...] and [c] -> that of x. Throws ShapeError for another weight, DTypeError unless both are f32
 * or f16.
 *
 * @example prelu(tensor([[-1, -1], [2, -4]]), tensor([0.5, 0.25])) // [[-0.5, -0.25], [2, -1]]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  checkTensors("prelu", x, weight);
  const channels = x.rank < 2 ? 1 : x.shape[1]!;
  if (weight.rank > 1 || (weight.size !== 1 && weight.size !== channels)) {
    throw new ShapeError(
      `prelu: weight: found ${formatShape(weight.shape)} for x ${formatShape(x.shape)}, expected [1] or [${channels}]`,
    );
  }
  const shape = weight.size === 1 ? [] : [weight.size, ...x.shape.slice(2).map(() => 1)];
  return scope(() => execute(preluOp, [x, reshape(weight, shape)], {})[0]!);
}
