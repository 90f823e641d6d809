import { checkTensors } from "../../checks/check.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { makeAlias } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { DType } from "../../expression/dtype.ts";
import { getComputeType, getDTypeProperties, isFloat, isTruth } from "../../expression/dtype.ts";
import { allTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { buildUnary } from "./operands/unary.ts";

export interface CastAttributes {
  readonly dtype: DType;
}

/**
 * If a dtype has fewer bits than its compute type, floats saturate at the dtype's bound, and integers keep the low
 * bits.
 */
function castTo(x: Value, dtype: DType): Value {
  const value = e.cast(x, getComputeType(dtype));
  const { mask } = getDTypeProperties(dtype);
  if (mask === undefined || isTruth(x.type)) return value;
  return isFloat(x.type) ? e.min(value, mask) : e.and(value, mask);
}

/** y = x as another dtype. */
export const castOp: Op<CastAttributes> = {
  name: "cast",
  outputs: ([x], { dtype }) => {
    checkDType("cast", "dtype", { shape: [], dtype }, ...allTypes);
    return [{ shape: x!.shape, dtype }];
  },
  meaning: {
    expression: (inputs, { dtype }) => buildUnary(inputs, (x) => castTo(x, dtype), { output: dtype }),
  },
};

/**
 * The values as another dtype. Floats are truncated to integers and saturate at the bounds of the dtype, and NaN becomes 0;
 * integers keep their low bits; as bool, every value but 0 is true. The gradient passes between floats and is 0 otherwise.
 *
 * Shapes: any -> the same. Throws DTypeError for an unknown dtype. A cast to the same dtype returns another handle
 * without copying.
 *
 * @example cast(tensor([1.7, -1.7]), "i32") // [1, -1]
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  checkTensors("cast", x);
  return x.dtype === dtype ? makeAlias(x) : execute(castOp, [x], { dtype })[0]!;
}
