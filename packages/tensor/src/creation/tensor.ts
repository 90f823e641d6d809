import type { Backend } from "../core/backend.ts";
import type { DType } from "../core/dtype.ts";
import { dtypeOfArray } from "../core/dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../core/errors.ts";
import type { Shape } from "../core/spec.ts";
import type { Tensor } from "../core/tensor.ts";
import { fromData } from "./from-data.ts";

export type NestedArray = readonly (number | boolean | NestedArray)[];

/** What tensors are made from: a number or a boolean, arrays of them nested to any depth, or a typed array. */
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
 * A tensor from values.
 *
 * Throws ShapeError for ragged arrays and for a shape of another size, DTypeError for booleans among numbers and for values
 * that the dtype cannot hold.
 *
 * @example tensor([[1, 2], [3, 4]]) // f32 [2, 2]
 * @example tensor(new Float32Array(12), { shape: [3, 4] })
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (ArrayBuffer.isView(data)) {
    const { dtype = dtypeOfArray(data), shape = [data.length] } = options;
    return fromData(data, { shape, dtype }, options);
  }
  const leaves: (number | boolean)[] = [];
  const inferred = shapeOf(data);
  collectLeaves(data, inferred, [], leaves);
  const dtype = options.dtype ?? dtypeOfLeaves(leaves);
  return fromData(leaves.map(Number), { shape: options.shape ?? inferred, dtype }, options);
}

function shapeOf(data: number | boolean | NestedArray): number[] {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

const formatPath = (path: readonly number[]): string => `data${path.map((index) => `[${index}]`).join("")}`;

function collectLeaves(
  data: unknown,
  shape: Shape,
  path: readonly number[],
  leaves: (number | boolean)[],
): void {
  const expected = shape[path.length];
  if (Array.isArray(data)) {
    if (data.length !== expected) {
      throw new ShapeError(
        `tensor: found ${data.length} elements at ${formatPath(path)}, expected ${expected ?? "a number"} as in its neighbours`,
      );
    }
    data.forEach((element, index) => {
      collectLeaves(element, shape, [...path, index], leaves);
    });
    return;
  }
  if (typeof data !== "number" && typeof data !== "boolean") {
    const found = data === null ? "null" : typeof data;
    throw new ArgumentError(`tensor: found ${found} at ${formatPath(path)}, expected a number or a boolean`);
  }
  if (expected !== undefined) {
    throw new ShapeError(
      `tensor: found ${data} at ${formatPath(path)}, expected ${expected} elements as in its neighbours`,
    );
  }
  leaves.push(data);
}

function dtypeOfLeaves(leaves: readonly (number | boolean)[]): DType {
  const booleans = leaves.filter((leaf) => typeof leaf === "boolean").length;
  if (booleans === 0) return "f32";
  if (booleans === leaves.length) return "bool";
  throw new DTypeError(
    `tensor: found ${booleans} booleans among ${leaves.length} values, expected only one kind`,
  );
}
