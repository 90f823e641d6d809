import { checkTensors, checkValue } from "../../checks/check.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { evaluateExpression } from "./fusion/fused.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { checkCommonDType, tensorOrNumber } from "./operands/binary.ts";

/** Computed from the nearer end, so that both ends are exact. */
function buildLerp(start: Value, end: Value, weight: Value): Value {
  const difference = e.sub(end, start);
  return e.select(
    e.less(e.abs(weight), 0.5),
    e.add(start, e.mul(weight, difference)),
    e.sub(end, e.mul(difference, e.sub(1, weight))),
  );
}

/**
 * start + weight * (end - start), exact at both ends, like PyTorch's `lerp`.
 *
 * Shapes: any that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless all tensors are f32 or all
 * f16.
 *
 * @param weight 0 gives the start, 1 the end
 * @example lerp(tensor([0, 10]), tensor([4, 20]), 0.25) // [1, 12.5]
 */
export function lerp(start: Tensor, end: Tensor, weight: TensorOrNumber): Tensor {
  checkTensors("lerp", start, end);
  checkValue("lerp: weight", weight, tensorOrNumber);
  const tensors = typeof weight === "number" ? [start, end] : [start, end, weight];
  const dtype = checkCommonDType("lerp", tensors, floatTypes);
  const isNumber = typeof weight === "number";
  const expression = buildExpression(
    { inputs: tensors.map(() => dtype), scalars: isNumber ? ["f32"] : [], outputs: [dtype] },
    ([from, to, share], [number]) => buildLerp(from!, to!, share ?? number!),
  );
  return evaluateExpression(expression, tensors, { scalars: isNumber ? [weight] : [] })[0]!;
}
