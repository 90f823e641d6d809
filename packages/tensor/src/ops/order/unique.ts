import { checkTensors } from "../../checks/check.ts";
import { ArgumentError } from "../../checks/errors.ts";
import { getCurrentExecutor, launchingExecutor } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import { countElements } from "../../core/spec.ts";
import { fromData } from "../../creation/from-data.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import { forEachIndex } from "../movement/positions.ts";

/** Throws ArgumentError where calls are recorded: a shape that depends on values is known only after these have been read. */
function checkUnrecorded(operation: string): void {
  if (getCurrentExecutor() === launchingExecutor) return;
  throw new ArgumentError(
    `${operation}: found a call in a function whose operations are recorded, expected one outside of it: the shape of the result depends on values, which are read from the device`,
  );
}

export interface UniqueResult {
  /** The distinct values in ascending order. */
  readonly values: Tensor;
  /** For every element of x the index of its value, as i32, in the shape of x. */
  readonly inverse: Tensor;
  /** How often each value occurs, as i32. */
  readonly counts: Tensor;
}

/**
 * The distinct values of a tensor in ascending order, like PyTorch's `unique`. Every NaN is a value of its own and comes last; 0 and
 * -0 are the same. The result has a shape that depends on values, so they are read from the device, and the host finds it: the
 * function is asynchronous, and its results have no gradient and belong to no scope.
 *
 * Shapes: any -> [n], the shape of x, and [n]. Rejects with ArgumentError in a function that is differentiated or recorded.
 *
 * @example const { values } = await unique(tensor([3, 1, 3])); // [1, 3]
 */
export async function unique(x: Tensor): Promise<UniqueResult> {
  checkTensors("unique", x);
  checkUnrecorded("unique");
  const { shape, dtype, backend } = x;
  const data = await x.data();
  const order = Uint32Array.from(data, (_, index) => index);
  order.sort((i, j) => compare(data[i]!, data[j]!) || i - j);
  const inverse = new Int32Array(data.length);
  const values: number[] = [];
  const counts: number[] = [];
  for (const index of order) {
    const value = data[index]!;
    if (values.length === 0 || values.at(-1) !== value) {
      values.push(value);
      counts.push(0);
    }
    inverse[index] = values.length - 1;
    counts[values.length - 1]!++;
  }
  const place = (numbers: ArrayLike<number>, type = indexType as typeof dtype): Tensor =>
    fromData(numbers, { shape: [numbers.length], dtype: type }, { backend });
  return {
    values: place(values, dtype),
    inverse: fromData(inverse, { shape, dtype: indexType }, { backend }),
    counts: place(counts),
  };
}

/** Compares for an ascending order, with NaN last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

/**
 * The indices of all elements other than 0 (NaN is one), in row-major order, like PyTorch's `nonzero`. The number of rows depends on
 * values, so they are read from the device, and the host finds the indices: the function is asynchronous, and its result belongs
 * to no scope. `gatherNd` selects the elements.
 *
 * Shapes: any of rank r -> i32 [n, r]. Rejects with ArgumentError in a function that is differentiated or recorded.
 *
 * @example await nonzero(tensor([[0, 5], [6, 0]])) // [[0, 1], [1, 0]]
 */
export async function nonzero(x: Tensor): Promise<Tensor> {
  checkTensors("nonzero", x);
  checkUnrecorded("nonzero");
  const { shape, rank, backend } = x;
  const data = await x.data();
  const found: number[] = [];
  let rows = 0;
  if (countElements(shape) > 0) {
    forEachIndex(shape, (position, index) => {
      if (data[position] === 0) return;
      found.push(...index);
      rows++;
    });
  }
  return fromData(found, { shape: [rows, rank], dtype: indexType }, { backend });
}
