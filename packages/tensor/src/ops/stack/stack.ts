import { checkValue } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { aTensor, listOf } from "../../checks/rules.ts";
import { scope } from "../../core/scope.ts";
import { axisOption, formatShape, sameShape } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { concatenate } from "../concatenate/concatenate.ts";
import { unsqueeze } from "../unsqueeze/unsqueeze.ts";

/**
 * Joins tensors of one shape along a new axis.
 *
 * Shapes: n times [...] -> [..., n, ...]. Throws ArgumentError for no tensors or an axis out of range, ShapeError for shapes
 * that differ, DTypeError for dtypes that do.
 *
 * @param options.axis where the new axis stands in the result; default: 0
 * @example stack([tensor([1, 2]), tensor([3, 4])]) // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly Tensor[], options: { readonly axis?: number } = {}): Tensor {
  checkValue("stack: tensors", tensors, listOf(aTensor));
  const [first] = tensors;
  if (first === undefined) throw new ArgumentError("stack: found no tensors, expected at least one");
  const axis = axisOption("stack", options, first.rank + 1, 0);
  if (!tensors.every(({ shape }) => sameShape(shape, first.shape))) {
    throw new ShapeError(
      `stack: found ${tensors.map(({ shape }) => formatShape(shape)).join(" and ")}, expected equal shapes`,
    );
  }
  return scope(() =>
    concatenate(
      tensors.map((tensor) => unsqueeze(tensor, axis)),
      { axis },
    ),
  );
}
