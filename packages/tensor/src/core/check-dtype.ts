import { DTypeError } from "../checks/errors.ts";
import type { DType } from "../expression/dtype.ts";
import type { Spec } from "./spec.ts";

/** Throws DTypeError, naming the operation and the argument, unless the spec has one of the allowed dtypes. */
export function checkDType(
  operation: string,
  argument: string,
  spec: Spec,
  ...allowed: readonly DType[]
): void {
  if (!allowed.includes(spec.dtype)) {
    throw new DTypeError(`${operation}: ${argument}: found ${spec.dtype}, expected ${allowed.join(" or ")}`);
  }
}
