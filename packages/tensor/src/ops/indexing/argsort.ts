import { ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import { getStorage } from "../../core/devices/backend.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { countElements } from "../../core/spec.ts";
import { indexType, orderedTypes } from "../../expression/dtype-kinds.ts";
import { decodeView } from "../../expression/storage.ts";
import { indexingFamily } from "./indexing-family.ts";
import { sortRows } from "./sort-rows.ts";

/** Compares for an ascending order, with NaN last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return Number(a > b) - Number(a < b);
}

const computeRowLength = ({ shape }: Spec): number => shape.at(-1)!;

/** x[..., y[..., i]] ascends with i; equal values keep their order. */
export const argsortOp: Op = {
  name: "argsort",
  outputs: ([x]) => {
    checkDType("argsort", "x", x!, ...orderedTypes);
    if (x!.shape.length === 0) throw new ShapeError("argsort: x: found shape [], expected at least one axis");
    return [{ shape: x!.shape, dtype: indexType }];
  },
  meaning: {
    loops: ([x], [y]) => {
      const length = computeRowLength(x!);
      for (let row = 0; row < x!.data.length; row += length) {
        const values = x!.data.subarray(row, row + length);
        const order = Array.from(values.keys()).sort((i, j) => compare(values[i]!, values[j]!) || i - j);
        y!.data.set(order, row);
      }
    },
  },
  plan: ([x], _, limits) => ({
    launches:
      countElements(x!.shape) === 0
        ? []
        : [
            {
              kind: "host",
              name: "argsort",
              operands: {
                x: { operand: { input: 0 }, spec: x!, access: "read" },
                y: {
                  operand: { output: 0 },
                  spec: { shape: x!.shape, dtype: indexType },
                  access: "write",
                },
              },
              run: (arrays) =>
                sortRows(
                  decodeView(getStorage(x!.dtype, limits), arrays.x!),
                  arrays.y!,
                  computeRowLength(x!),
                ),
            },
          ],
    temporaries: [],
    aliases: [],
  }),
  family: indexingFamily,
};

/**
 * The indices that sort the last axis in ascending order. Equal values keep their order; NaN comes last. If the device has no
 * kernel, the host sorts.
 *
 * Shapes: rank 1 or more -> the same, as i32. Throws ShapeError for rank 0, DTypeError unless x is f32, f16, i32, u32 or u8.
 *
 * @example argsort(tensor([3, 1, 2])) // [1, 2, 0]
 */
export function argsort(x: Tensor): Tensor {
  return execute(argsortOp, [x], {})[0]!;
}
