import { checkOptions, describeValue } from "../checks/check.ts";
import { ArgumentError, DTypeError, ShapeError } from "../checks/errors.ts";
import { listOf, nonNegativeInteger } from "../checks/rules.ts";
import type { Backend } from "../core/devices/backend.ts";
import type { Tensor } from "../core/memory/tensor.ts";
import type { Shape } from "../core/spec.ts";
import { countElements } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import { findDTypeOfArray } from "../expression/dtype.ts";
import { creationRules } from "./creation-options.ts";
import { fromData } from "./from-data.ts";
import { allocateHostValues } from "./host-values.ts";

export type NestedArray = readonly (number | boolean | NestedArray)[];

/** The values of a tensor: a number or a boolean, arrays of them nested to any depth, or a typed array. */
export type TensorData =
  | number
  | boolean
  | NestedArray
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | Uint8ClampedArray;

export interface TensorOptions {
  /** Default: bool for booleans, f32 for numbers, and that of a typed array (f32 for Float64Array). */
  readonly dtype?: DType;
  /** Default: the shape of the nested arrays, or one dimension for a typed array. */
  readonly shape?: Shape;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/**
 * Creates a tensor from values.
 *
 * Float dtypes round values (1e300 becomes infinity in f32), bool is true for every value but 0, and the other dtypes reject
 * values that they cannot represent, such as 1.5 and NaN for i32 or 256 for u8.
 *
 * Throws ShapeError for ragged arrays and for a shape of another size, DTypeError for booleans among numbers and for values
 * that the dtype cannot represent, ArgumentError for other values and for wrong options.
 *
 * @example tensor([[1, 2], [3, 4]]) // f32 [2, 2]
 * @example tensor(new Float32Array(12), { shape: [3, 4] })
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  checkOptions<TensorOptions>("tensor", options, {
    ...creationRules,
    shape: listOf(nonNegativeInteger),
  });
  if (ArrayBuffer.isView(data)) {
    const own = findDTypeOfArray(data, options.dtype);
    const { dtype = own, shape = [data.length] } = options;
    return fromData(data, { shape, dtype }, options);
  }
  const inferred = findShape(data);
  const values = allocateHostValues("tensor", countElements(inferred));
  const booleans = readNested(data, inferred, values);
  const dtype = options.dtype ?? findDType(values.length, booleans);
  return fromData(values, { shape: options.shape ?? inferred, dtype }, options);
}

function findShape(data: number | boolean | NestedArray): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

/** Writes the values in row-major order; returns how many of them are booleans. */
function readNested(data: unknown, shape: Shape, values: Float64Array): number {
  const path: number[] = [];
  let at = 0;
  let booleans = 0;
  const read = (elements: readonly unknown[], depth: number): void => {
    const isInnermost = depth === shape.length;
    for (let index = 0; index < elements.length; index++) {
      const element = elements[index];
      if (isInnermost && typeof element === "number") values[at++] = element;
      else if (isInnermost && typeof element === "boolean") {
        values[at++] = Number(element);
        booleans++;
      } else {
        path[depth] = index;
        if (!Array.isArray(element) || element.length !== shape[depth]) {
          refuse(element, shape[depth], path.slice(1, depth + 1));
        }
        read(element as readonly unknown[], depth + 1);
      }
    }
  };
  read([data], 0);
  return booleans;
}

/** Throws for an element that is neither a value among values nor an array of the same length as its neighbours. */
function refuse(element: unknown, expected: number | undefined, path: readonly number[]): never {
  const place = `data${path.map((index) => `[${index}]`).join("")}`;
  if (Array.isArray(element)) {
    throw new ShapeError(
      `tensor: found ${element.length} elements at ${place}, expected ${expected ?? "a number"} as in its neighbours`,
    );
  }
  if (typeof element !== "number" && typeof element !== "boolean") {
    throw new ArgumentError(
      `tensor: found ${describeValue(element)} at ${place}, expected a number or a boolean`,
    );
  }
  throw new ShapeError(
    `tensor: found ${element} at ${place}, expected ${expected} elements as in its neighbours`,
  );
}

function findDType(count: number, booleans: number): DType {
  if (booleans === 0) return "f32";
  if (booleans === count) return "bool";
  throw new DTypeError(
    `tensor: found ${booleans} booleans among ${count} values, expected only booleans, only numbers, or a dtype`,
  );
}
