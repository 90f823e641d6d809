import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { anything } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape, isSameShape } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import { makeEpilogue } from "./epilogue.ts";
import type { LinearOptions } from "./linear.ts";
import { asRows, matmulOp } from "./matmul.ts";

/**
 * activation(x weightᵀ + residual), in one launch: a step of a recurrence adds the products of its input this way.
 *
 * Shapes: x [..., in], weight [out, in], residual [..., out] -> [..., out]. Throws ShapeError for other shapes, DTypeError unless all are
 * floats, ArgumentError for an unknown activation.
 *
 * @example linearWithResidual(ones([2, 3]), ones([4, 3]), ones([2, 4])) // 4 everywhere
 */
export function linearWithResidual(
  x: Tensor,
  weight: Tensor,
  residual: Tensor,
  options: LinearOptions = {},
): Tensor {
  checkTensors("linearWithResidual", x, weight, residual);
  checkOptions<LinearOptions>("linearWithResidual", options, { activation: anything });
  const shape = [...x.shape.slice(0, -1), weight.shape[0]!];
  const fits = x.rank > 0 && weight.rank === 2 && x.shape.at(-1) === weight.shape[1];
  if (!fits || !isSameShape(residual.shape, shape)) {
    throw new ShapeError(
      `linearWithResidual: found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}, residual ${formatShape(residual.shape)}, expected x [..., in], weight [out, in] and residual [..., out]`,
    );
  }
  const epilogue = makeEpilogue("linearWithResidual", true, options.activation);
  const attrs = { transposeA: false, transposeB: true, ...(epilogue && { epilogue }) };
  const product = execute(matmulOp, [asRows(x), weight, asRows(residual)], attrs)[0]!;
  return x.rank === 2 ? product : reshape(product, shape);
}
