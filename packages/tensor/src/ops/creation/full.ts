import { checkOptions, checkTensors, checkValue } from "../../checks/check.ts";
import type { Rule } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Shape, Spec } from "../../core/spec.ts";
import { checkShape } from "../../core/spec.ts";
import type { CreationOptions } from "../../creation/creation-options.ts";
import { creationRules } from "../../creation/creation-options.ts";
import { getComputeType } from "../../expression/dtype.ts";
import { checkNumber } from "../../expression/dtype-kinds.ts";
import { buildExpression } from "../../expression/expression.ts";

/** Every element of y is the scalar of the call. */
export const fullOp: Op<Spec> = {
  name: "full",
  outputs: (_inputs, { shape, dtype }) => {
    checkShape(shape);
    return [{ shape, dtype }];
  },
  meaning: {
    expression: (_inputs, { dtype }) =>
      buildExpression(
        { inputs: [], scalars: [getComputeType(dtype)], outputs: [dtype] },
        (_, [value]) => value!,
      ),
  },
};

const numberOrBoolean: Rule = {
  expected: "a number or a boolean",
  accepts: (value) => typeof value === "number" || typeof value === "boolean",
};

/**
 * A tensor whose elements all have one value.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape, DTypeError if the dtype cannot represent the value.
 *
 * @param options.dtype default: bool for a boolean, f32 for a number
 * @example full([2, 2], 7) // [[7, 7], [7, 7]]
 */
export function full(shape: Shape, value: number | boolean, options: CreationOptions = {}): Tensor {
  checkOptions<CreationOptions>("full", options, creationRules);
  const { dtype = typeof value === "boolean" ? "bool" : "f32", backend } = options;
  checkShape(shape);
  checkValue("full: value", value, numberOrBoolean);
  checkNumber("full", dtype, Number(value));
  return execute(fullOp, [], { shape: [...shape], dtype }, { backend, scalars: [Number(value)] })[0]!;
}

/**
 * A tensor of zeros, or of false for bool.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape.
 *
 * @example zeros([3]) // [0, 0, 0]
 */
export function zeros(shape: Shape, options: CreationOptions = {}): Tensor {
  return full(shape, 0, options);
}

/**
 * A tensor of ones, or of true for bool.
 *
 * Shapes: -> shape. Throws ArgumentError for an impossible shape.
 *
 * @example ones([3]) // [1, 1, 1]
 */
export function ones(shape: Shape, options: CreationOptions = {}): Tensor {
  return full(shape, 1, options);
}

/**
 * Zeros with the shape, dtype and backend of another tensor.
 *
 * @example zerosLike(tensor([1, 2])) // [0, 0]
 */
export function zerosLike(x: Tensor): Tensor {
  checkTensors("zerosLike", x);
  return full(x.shape, 0, { dtype: x.dtype, backend: x.backend });
}

/**
 * Ones with the shape, dtype and backend of another tensor.
 *
 * @example onesLike(tensor([1, 2])) // [1, 1]
 */
export function onesLike(x: Tensor): Tensor {
  checkTensors("onesLike", x);
  return full(x.shape, 1, { dtype: x.dtype, backend: x.backend });
}
