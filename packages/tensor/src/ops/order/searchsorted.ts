import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ShapeError } from "../../checks/errors.ts";
import { oneOf } from "../../checks/rules.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { formatShape, isSameShape } from "../../core/spec.ts";
import { indexType, orderedTypes } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { zeros } from "../creation/full.ts";
import { add } from "../elementwise/arithmetic.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { checkCommonDType } from "../elementwise/operands/binary.ts";
import { gather } from "../indexing/gather.ts";
import { take } from "../indexing/take.ts";

export interface SearchsortedOptions {
  /** Whether a value goes before or behind the elements that equal it. Default: "left". */
  readonly side?: "left" | "right";
}

/**
 * The positions at which values would be inserted into a sequence that is sorted in ascending order, like PyTorch's and NumPy's
 * `searchsorted`. NaN goes to the end. The device searches in as many steps as the length of the sequence has bits.
 *
 * Shapes: a sequence [n] and values of any shape, or sequences [..., n] and values [..., m] -> i32, the shape of the values. Throws
 * ShapeError for others, DTypeError unless both have one dtype, other than bool, ArgumentError for unknown options.
 *
 * @example searchsorted(tensor([1, 3, 5]), tensor([3, 4])) // [1, 2]
 */
export function searchsorted(sorted: Tensor, values: Tensor, options: SearchsortedOptions = {}): Tensor {
  checkTensors("searchsorted", sorted, values);
  checkOptions<SearchsortedOptions>("searchsorted", options, { side: oneOf("left", "right") });
  checkCommonDType("searchsorted", [sorted, values], orderedTypes);
  const isSingle = sorted.rank === 1;
  if (sorted.rank === 0 || !(isSingle || isSameShape(sorted.shape.slice(0, -1), values.shape.slice(0, -1)))) {
    throw new ShapeError(
      `searchsorted: found sequences ${formatShape(sorted.shape)} and values ${formatShape(values.shape)}, expected one sequence, or one for each row of values`,
    );
  }
  const { side = "left" } = options;
  const isBehind = side === "left" ? e.greaterEqual : e.greater;
  const length = sorted.shape.at(-1)!;
  const missing = { outOfRange: "zero", negative: "outOfRange" } as const;
  const read = (indices: Tensor): Tensor =>
    isSingle ? take(sorted, indices, missing) : gather(sorted, indices, missing);
  return scope(() => {
    let position = zeros(values.shape, { dtype: indexType, backend: values.backend });
    for (let step = 2 ** Math.floor(Math.log2(length)); step >= 1; step /= 2) {
      const passed = read(add(position, step - 1));
      position = pointwise([position, passed, values], (at, element, value) => {
        const next = e.add(at, step);
        return e.select(e.and(e.lessEqual(next, length), e.not(isBehind(element, value))), next, at);
      });
    }
    return position;
  });
}
