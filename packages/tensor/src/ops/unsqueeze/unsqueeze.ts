import { checkTensors } from "../../checks/check.ts";
import { normalizeAxis } from "../../core/spec.ts";
import type { Tensor } from "../../core/tensor.ts";
import { reshape } from "../reshape/reshape.ts";

/**
 * Inserts an axis of one element: a view.
 *
 * Shapes: [...] -> [..., 1, ...]. Throws ArgumentError for an axis out of range.
 *
 * @param axis where the new axis stands in the result; negative ones count from its end
 * @example unsqueeze(tensor([1, 2]), 1) // [[1], [2]]
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensors("unsqueeze", x);
  return reshape(x, x.shape.toSpliced(normalizeAxis(axis, x.rank + 1, "unsqueeze"), 0, 1));
}
