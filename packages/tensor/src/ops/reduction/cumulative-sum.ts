import { checkOptions, checkTensors } from "../../checks/check.ts";
import { anything, yesOrNo } from "../../checks/rules.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import { normalizeAxis } from "../../core/spec.ts";
import { isFloat, makeRounding } from "../../expression/dtype.ts";
import { arithmeticTypes } from "../../expression/dtype-kinds.ts";
import { computeLines, forEachLine } from "../movement/lines.ts";
import type { CumulativeSumAttributes } from "./attributes.ts";
import { reductionFamily } from "./reduction-family.ts";

/** y_i = sum of x_j over j <= i along the axis; j >= i if reversed; without j = i if exclusive. Integers wrap. */
export const cumulativeSumOp: Op<CumulativeSumAttributes> = {
  name: "cumulativeSum",
  outputs: ([x]) => {
    checkDType("cumulativeSum", "x", x!, ...arithmeticTypes);
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  meaning: {
    loops: ([x], [y], { axis, reverse, exclusive }) => {
      const lines = computeLines(x!.shape, axis);
      const wrapped = isFloat(x!.dtype) ? (total: number) => total : makeRounding(x!.dtype);
      forEachLine(lines, (first) => {
        let total = 0;
        for (let i = 0; i < lines.length; i++) {
          const at = first + (reverse ? lines.length - 1 - i : i) * lines.inner;
          const next = wrapped(total + x!.data[at]!);
          y!.data[at] = exclusive ? total : next;
          total = next;
        }
      });
    },
  },
  gradient: {
    reads: () => ({ inputs: [], outputs: [] }),
    apply: ({ outputGradients: [dy], attrs }) =>
      execute(cumulativeSumOp, [dy!], { ...attrs, reverse: !attrs.reverse }),
  },
  family: reductionFamily,
};

export interface CumulativeSumOptions {
  /** Default: the last. */
  readonly axis?: number;
  /** Whether sums begin at the end. Default: false. */
  readonly reverse?: boolean;
  /** Whether a sum excludes the element at its own position, so that the first sum is 0. Default: false. */
  readonly exclusive?: boolean;
}

/**
 * Running sums along an axis.
 *
 * Shapes: any of rank 1 or more -> the same. Throws DTypeError unless x is f32, f16, i32 or u32, ArgumentError for an axis
 * out of range.
 *
 * @example cumulativeSum(tensor([1, 2, 3])) // [1, 3, 6]
 */
export function cumulativeSum(x: Tensor, options: CumulativeSumOptions = {}): Tensor {
  checkTensors("cumulativeSum", x);
  checkOptions<CumulativeSumOptions>("cumulativeSum", options, {
    axis: anything,
    reverse: yesOrNo,
    exclusive: yesOrNo,
  });
  const { axis = -1, reverse = false, exclusive = false } = options;
  const attrs = { axis: normalizeAxis(axis, x.rank, "cumulativeSum"), reverse, exclusive };
  return execute(cumulativeSumOp, [x], attrs)[0]!;
}
