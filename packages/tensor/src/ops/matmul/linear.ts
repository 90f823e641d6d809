import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { anything, aTensor } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import type { Activation } from "./epilogue.ts";
import { makeEpilogue } from "./epilogue.ts";
import { asRows, matmulOp } from "./matmul.ts";

export interface LinearOptions {
  /** Applied in the same launch. Default "none". */
  readonly activation?: Activation;
}

/**
 * activation(x weightᵀ + bias), in one launch.
 *
 * Shapes: x [..., in], weight [out, in], bias [out] -> [..., out]. Throws ShapeError for other shapes, DTypeError unless all are
 * floats, ArgumentError for an unknown activation.
 *
 * @example linear(x, weight, bias, { activation: "relu" }) // [32, 784] -> [32, 10]
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor, options: LinearOptions = {}): Tensor {
  checkTensors("linear", x, weight);
  checkOptions<LinearOptions>("linear", options, { activation: anything });
  const epilogue = makeEpilogue("linear", bias !== undefined, options.activation);
  const found = `found x ${formatShape(x.shape)}, weight ${formatShape(weight.shape)}`;
  if (x.rank === 0 || weight.rank !== 2 || x.shape.at(-1) !== weight.shape[1]) {
    throw new ShapeError(`linear: ${found}, expected x [..., in] and weight [out, in]`);
  }
  const out = weight.shape[0]!;
  if (bias !== undefined) checkValue("linear: bias", bias, aTensor);
  if (bias !== undefined && (bias.rank !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(`linear: ${found}, bias ${formatShape(bias.shape)}, expected bias [${out}]`);
  }
  const inputs = bias === undefined ? [asRows(x), weight] : [asRows(x), weight, bias];
  const attrs = { transposeA: false, transposeB: true, ...(epilogue && { epilogue }) };
  const product = execute(matmulOp, inputs, attrs)[0]!;
  return x.rank === 2 ? product : reshape(product, [...x.shape.slice(0, -1), out]);
}
