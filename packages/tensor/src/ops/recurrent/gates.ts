import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Spec } from "../../core/spec.ts";
import { formatShape, isSameShape } from "../../core/spec.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import type { Value } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { sliceAlong } from "../movement/slice-and-pad.ts";

/** Throws ShapeError unless operands have `gates` values for each one of the state, DTypeError unless all are floats. */
export function checkGates(
  operation: string,
  state: Spec,
  gates: number,
  operands: { readonly [name: string]: Spec },
): void {
  checkDType(operation, "state", state, ...floatTypes);
  const size = state.shape.at(-1);
  for (const [name, operand] of Object.entries(operands)) {
    checkDType(operation, name, operand, ...floatTypes);
    const fits =
      size !== undefined &&
      operand.shape.at(-1) === gates * size &&
      isSameShape(operand.shape.slice(0, -1), state.shape.slice(0, -1));
    if (fits) continue;
    throw new ShapeError(
      `${operation}: found ${name} ${formatShape(operand.shape)} and a state ${formatShape(state.shape)}, expected [..., ${gates} size] and [..., size]`,
    );
  }
}

/** The gates, of which each has a contiguous part of the last axis. */
export function splitGates(x: Tensor, count: number): Tensor[] {
  const size = x.shape.at(-1)! / count;
  return Array.from({ length: count }, (_, gate) => sliceAlong(x, x.rank - 1, gate * size, size));
}

/** From its value, the slope of the logistic function. */
export const sigmoidSlope = (y: Value): Value => e.mul(y, e.sub(1, y));

/** From its value, the slope of the hyperbolic tangent. */
export const tanhSlope = (y: Value): Value => e.sub(1, e.mul(y, y));
