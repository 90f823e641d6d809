import { checkOptions, checkTensors } from "../../checks/check.ts";
import { aTensor, nonNegativeInteger } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import { full } from "../creation/full.ts";
import type { OutOfRange } from "../indexing/indexing.ts";
import { indexingRules } from "../indexing/indexing.ts";
import { indexAdd } from "../indexing/take.ts";

export interface BincountOptions {
  /** The number of bins. */
  readonly size: number;
  /** What each value adds to its bin. Default: 1, as i32. */
  readonly weights?: Tensor;
  /** How a value outside of [0, size) is treated. Default: "error". */
  readonly outOfRange?: OutOfRange;
}

/**
 * How often each of the values 0 to size - 1 occurs, or the sum of the weights of its occurrences. The number of bins is given, so that
 * nothing is read from the device.
 *
 * Shapes: i32, and weights of the same shape -> [size]. Throws DTypeError unless x is i32, ShapeError for weights of another shape,
 * ArgumentError for unknown options. Values out of range are treated as in `indexAdd`; negative ones are out of range.
 *
 * @example bincount(tensor([0, 2, 0], { dtype: "i32" }), { size: 3 }) // [2, 0, 1]
 */
export function bincount(x: Tensor, options: BincountOptions): Tensor {
  checkTensors("bincount", x);
  checkOptions<BincountOptions>(
    "bincount",
    options,
    { size: nonNegativeInteger, weights: aTensor, outOfRange: indexingRules.outOfRange },
    ["size"],
  );
  const { size, weights, outOfRange = "error" } = options;
  return scope(() => {
    const added = weights ?? full(x.shape, 1, { dtype: indexType, backend: x.backend });
    return indexAdd(added, x, { size, outOfRange, negative: "outOfRange" });
  });
}
