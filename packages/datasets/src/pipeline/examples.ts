import {
  ArgumentError,
  countElements,
  findDTypeOfArray,
  formatSpec,
  isSameShape,
  ShapeError,
} from "@evenkeel/tensor";
import { checkValue, getBuiltinName, nonNegativeInteger } from "@evenkeel/tensor/checks";
import type { RandomStream } from "../random/random-stream.ts";
import {
  checkDType,
  findDTypes,
  makeEmptyLike,
  mapParts,
  type ShapedArray,
  toShapedArray,
} from "./host-data.ts";

/** A source of batches, in host memory. */
export interface ExampleSource {
  readonly count: number;
  /** The batch of the examples at these positions, or a promise of it. */
  take(positions: Int32Array, random: RandomStream): unknown;
}

/** Examples that are created or read on demand; all examples of a batch are requested at the same time. */
export interface Dataset<Example> {
  readonly length: number;
  get(index: number): Example | Promise<Example>;
}

/** A structure of arrays whose first dimension counts the examples. `dtypes` is only checked here. */
export function fromArrays(structure: unknown, dtypes: unknown, where = "batches"): ExampleSource {
  const array = toShapedArray(structure, where);
  if (array !== undefined) {
    checkDType(array, dtypes, where);
    return readRows(array, where);
  }
  const ofParts = findDTypes(structure as object, dtypes, where);
  const parts = Object.entries(structure as object).map(
    ([name, part]) => [name, fromArrays(part, ofParts[name], `${where}: ${name}`)] as const,
  );
  if (parts.length === 0) throw new ArgumentError(`${where}: found no arrays, expected at least one`);
  const [[firstName, { count }]] = parts as unknown as readonly [readonly [string, ExampleSource]];
  for (const [name, part] of parts) {
    if (part.count === count) continue;
    throw new ShapeError(
      `${where}: ${name}: found ${part.count} examples, expected ${count} as in ${firstName}`,
    );
  }
  const sources = new Map(parts);
  return {
    count,
    take: (positions, random) =>
      mapParts(structure as object, (_, name) => sources.get(name)!.take(positions, random)),
  };
}

function readRows({ data, shape: [count, ...shape], dtype }: ShapedArray, where: string): ExampleSource {
  if (count === undefined) throw new ShapeError(`${where}: found one number, expected one for each example`);
  const size = countElements(shape);
  return {
    count,
    take: (positions): ShapedArray => {
      const rows = makeEmptyLike(data, positions.length * size);
      positions.forEach((position, row) => {
        if (size === 1) rows[row] = data[position]!;
        else rows.set(data.subarray(position * size, (position + 1) * size), row * size);
      });
      return { data: rows, shape: [positions.length, ...shape], dtype };
    },
  };
}

export function fromDataset(dataset: Dataset<unknown>): ExampleSource {
  checkValue("batches: length", dataset.length, nonNegativeInteger);
  return {
    count: dataset.length,
    take: async (positions) =>
      stack(await Promise.all(Array.from(positions, (position) => dataset.get(position))), positions),
  };
}

/**
 * Stacks examples of the same structure into a batch: each part gets a first dimension. Errors refer to examples by
 * their `positions`.
 */
export function stack(
  examples: readonly unknown[],
  positions: ArrayLike<number>,
  where = "batches",
): unknown {
  const first = examples[0];
  if (toShapedArray(first, where) !== undefined) return stackArrays(examples, positions, where);
  const names = Object.keys(first as object);
  examples.forEach((example, index) => {
    const found = typeof example === "object" && example !== null ? Object.keys(example) : [];
    if (found.length === names.length && names.every((name) => found.includes(name))) return;
    throw new ArgumentError(
      `${where}: found the parts ${found.join(", ") || "none"} in example ${positions[index]}, expected ${names.join(", ")} as in example ${positions[0]}`,
    );
  });
  return mapParts(first as object, (_, name) =>
    stack(
      examples.map((example) => (example as { readonly [name: string]: unknown })[name]),
      positions,
      `${where}: ${name}`,
    ),
  );
}

function stackArrays(examples: readonly unknown[], positions: ArrayLike<number>, where: string): ShapedArray {
  const arrays = examples.map((example) => toShapedArray(example, where));
  const first = arrays[0]!;
  const size = countElements(first.shape);
  const data = makeEmptyLike(first.data, arrays.length * size);
  arrays.forEach((array, index) => {
    if (array === undefined || !isAlike(array, first)) {
      throw new ShapeError(
        `${where}: found ${describe(array)} in example ${positions[index]}, expected ${describe(first)} as in example ${positions[0]}`,
      );
    }
    data.set(array.data, index * size);
  });
  return { data, shape: [arrays.length, ...first.shape], dtype: first.dtype };
}

const isAlike = (a: ShapedArray, b: ShapedArray): boolean =>
  isSameShape(a.shape, b.shape) && a.dtype === b.dtype && getBuiltinName(a.data) === getBuiltinName(b.data);

const describe = (array: ShapedArray | undefined): string =>
  array === undefined
    ? "a record"
    : formatSpec({ dtype: array.dtype ?? findDTypeOfArray(array.data, "i32"), shape: array.shape });
