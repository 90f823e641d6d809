import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import type { Rule } from "../../checks/rules.ts";
import { anyNumber, comparable, nullOr } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { arithmeticTypes, checkNumber } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import type { TensorOrNumber } from "./operands/binary.ts";
import { buildBinary, callBinary, computeBinaryOutputs } from "./operands/binary.ts";
import { buildUnary, computeUnaryOutputs } from "./operands/unary.ts";

/** y = max(a, b); an absent operand is the scalar of the call. */
export const maximumOp: Op = {
  name: "maximum",
  outputs: (inputs) => computeBinaryOutputs("maximum", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.max) },
};

/**
 * The larger of a and b; NaN if either is NaN. Equal operands share the gradient.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example maximum(tensor([1, 5]), 3) // [3, 5]
 */
export function maximum(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(maximumOp, a, b);
}

/** y = min(a, b); an absent operand is the scalar of the call. */
export const minimumOp: Op = {
  name: "minimum",
  outputs: (inputs) => computeBinaryOutputs("minimum", inputs),
  meaning: { expression: (inputs) => buildBinary(inputs, e.min) },
};

/**
 * The smaller of a and b; NaN if either is NaN. Equal operands share the gradient.
 *
 * Shapes: any two that broadcast -> the broadcast shape. Throws ShapeError when they do not, DTypeError unless both are f32,
 * both f16, both i32 or both u32.
 *
 * @example minimum(tensor([1, 5]), 3) // [1, 3]
 */
export function minimum(a: TensorOrNumber, b: TensorOrNumber): Tensor {
  return callBinary(minimumOp, a, b);
}

/** Which bounds are given; their values are scalars of the call, the lower one first. */
export interface ClampAttributes {
  readonly min: boolean;
  readonly max: boolean;
}

/** Comparisons instead of min and max preserve NaN and the gradient at the bounds themselves. */
function buildClamp(x: Value, bounds: readonly Value[], { min, max }: ClampAttributes): Value {
  const high = max ? bounds.at(-1)! : undefined;
  const below = high === undefined ? x : e.select(e.greater(x, high), high, x);
  return min ? e.select(e.less(x, bounds[0]!), bounds[0]!, below) : below;
}

/** y = x between the bounds, otherwise the nearer bound; the bounds are scalars of the call. */
export const clampOp: Op<ClampAttributes> = {
  name: "clamp",
  outputs: (inputs) => computeUnaryOutputs("clamp", inputs, arithmeticTypes),
  meaning: {
    expression: (inputs, attrs) =>
      buildUnary(inputs, (x, ...bounds) => buildClamp(x, bounds, attrs), {
        scalars: Number(attrs.min) + Number(attrs.max),
      }),
  },
};

const bound: Rule = /* @__PURE__ */ nullOr(comparable);

/**
 * x limited to the range from `min` to `max`. As in PyTorch, the gradient is 1 where x equals a bound.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32, f16, i32 or u32 and can represent the bounds, ArgumentError
 * if no bound is given, a bound is NaN, or min > max. `null` means no bound, as `None` does in PyTorch.
 *
 * @example clamp(tensor([-2, 0.5, 7]), { min: 0, max: 1 }) // [0, 0.5, 1]
 */
export function clamp(
  x: Tensor,
  options: { readonly min?: number | null; readonly max?: number | null },
): Tensor {
  checkOptions<typeof options>("clamp", options, { min: bound, max: bound });
  const { min, max } = options;
  const bounds = [min, max].filter((limit) => typeof limit === "number");
  if (bounds.length === 0) throw new ArgumentError("clamp: found no bound, expected min, max or both");
  if (bounds.length === 2 && bounds[0]! > bounds[1]!) {
    throw new ArgumentError(`clamp: found min ${min} and max ${max}, expected min <= max`);
  }
  for (const limit of bounds) checkNumber("clamp", x.dtype, limit);
  return execute(
    clampOp,
    [x],
    { min: typeof min === "number", max: typeof max === "number" },
    { scalars: bounds },
  )[0]!;
}

/** y = x where it is finite, otherwise one of three scalars of the call: for NaN, Infinity and -Infinity. */
export const nanToNumOp: Op = {
  name: "nanToNum",
  outputs: (inputs) => computeUnaryOutputs("nanToNum", inputs),
  meaning: {
    expression: (inputs) =>
      buildUnary(
        inputs,
        (x, nan, high, low) => {
          const isHigh = e.equal(x, Number.POSITIVE_INFINITY);
          const isLow = e.equal(x, Number.NEGATIVE_INFINITY);
          return e.select(e.isNan(x), nan!, e.select(isHigh, high!, e.select(isLow, low!, x)));
        },
        { scalars: 3 },
      ),
  },
};

/** The largest finite number of each float. */
const largest: { readonly [dtype: string]: number } = { f32: 3.4028234663852886e38, f16: 65_504 };

export interface NanToNumOptions {
  /** In the place of NaN. Default: 0. */
  readonly nan?: number;
  /** In the place of Infinity. Default: the largest finite number of the dtype. */
  readonly posInf?: number;
  /** In the place of -Infinity. Default: the smallest finite number of the dtype. */
  readonly negInf?: number;
}

/**
 * x with numbers in the place of NaN and infinities. The gradient is 0 there.
 *
 * Shapes: any -> the same. Throws DTypeError unless x is f32 or f16, ArgumentError for unknown options.
 *
 * @example nanToNum(tensor([1, Number.NaN])) // [1, 0]
 */
export function nanToNum(x: Tensor, options: NanToNumOptions = {}): Tensor {
  checkTensors("nanToNum", x);
  checkOptions<NanToNumOptions>("nanToNum", options, {
    nan: anyNumber,
    posInf: anyNumber,
    negInf: anyNumber,
  });
  const most = largest[x.dtype] ?? 0;
  const { nan = 0, posInf = most, negInf = -most } = options;
  return execute(nanToNumOp, [x], {}, { scalars: [nan, posInf, negInf] })[0]!;
}
