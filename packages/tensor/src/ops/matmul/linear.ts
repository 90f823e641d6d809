import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { anything, aTensor } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Shape } from "../../core/spec.ts";
import { formatShape, isSameShape } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import type { Activation } from "./epilogue.ts";
import { makeEpilogue } from "./epilogue.ts";
import { asRows, matmulOp } from "./matmul.ts";

export interface LinearOptions {
  /** Added to the product in the same launch, in place of a bias. Default: none. */
  readonly residual?: Tensor | undefined;
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/**
 * activation(x weightᵀ + bias), in one launch.
 *
 * Shapes: x [..., in], weight [out, in], bias [out], residual [..., out] -> [..., out]. Throws ShapeError for other shapes, DTypeError
 * unless all are floats, ArgumentError for an unknown activation, and for a bias besides a residual.
 *
 * @example linear(x, weight, bias, { activation: "relu" }) // [32, 784] -> [32, 10]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor, options: LinearOptions = {}): Tensor {
  checkTensors("linear", x, weight);
  checkOptions<LinearOptions>("linear", options, { activation: anything, residual: aTensor });
  const { residual, activation } = options;
  const epilogue = makeEpilogue("linear", bias !== undefined || residual !== undefined, activation);
  const found = `found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}`;
  if (x.rank === 0 || weight.rank !== 2 || x.shape.at(-1) !== weight.shape[1]) {
    throw new ShapeError(`linear: ${found}, expected x [..., in] and weight [out, in]`);
  }
  const out = weight.shape[0]!;
  if (bias !== undefined) checkValue("linear: bias", bias, aTensor);
  if (bias !== undefined && (bias.rank !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(`linear: ${found}, bias ${formatShape(bias.shape)}, expected bias [${out}]`);
  }
  if (residual !== undefined) checkResidual(residual, bias, [...x.shape.slice(0, -1), out]);
  const added = residual === undefined ? bias : asRows(residual);
  const inputs = added === undefined ? [asRows(x), weight] : [asRows(x), weight, added];
  const attrs = { transposeA: false, transposeB: true, ...(epilogue && { epilogue }) };
  const product = execute(matmulOp, inputs, attrs)[0]!;
  return x.rank === 2 ? product : reshape(product, [...x.shape.slice(0, -1), out]);
}

function checkResidual(residual: Tensor, bias: Tensor | undefined, shape: Shape): void {
  if (bias !== undefined)
    throw new ArgumentError("linear: found a bias and a residual, expected one of them");
  if (isSameShape(residual.shape, shape)) return;
  throw new ShapeError(
    `linear: residual: found ${formatShape(residual.shape)}, expected ${formatShape(shape)}`,
  );
}
