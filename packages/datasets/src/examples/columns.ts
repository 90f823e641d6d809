import { ArgumentError, countElements, ShapeError } from "@evenkeel/tensor";
import type { Dataset } from "./dataset.ts";
import type { ShapedArray } from "./host-data.ts";
import { makeEmptyLike, mapParts, toShapedArray } from "./host-data.ts";

/** A structure of arrays whose first dimension counts the examples. */
export interface Columns {
  readonly count: number;
  /** The same structure, of the examples at these positions. */
  take(positions: Int32Array): unknown;
}

/**
 * Checks a structure of arrays. Throws ArgumentError for parts that are not arrays, ShapeError for arrays of different numbers of
 * examples.
 */
export function readColumns(structure: unknown, where: string): Columns {
  const array = toShapedArray(structure, where);
  if (array !== undefined) return readColumn(array, where);
  const parts = Object.entries(structure as object).map(
    ([name, part]) => [name, readColumns(part, `${where}: ${name}`)] as const,
  );
  if (parts.length === 0) throw new ArgumentError(`${where}: found no arrays, expected at least one`);
  const [[firstName, { count }]] = parts as unknown as readonly [readonly [string, Columns]];
  for (const [name, part] of parts) {
    if (part.count === count) continue;
    throw new ShapeError(
      `${where}: ${name}: found ${part.count} examples, expected ${count} as in ${firstName}`,
    );
  }
  const columns = new Map(parts);
  return {
    count,
    take: (positions) => mapParts(structure as object, (_, name) => columns.get(name)!.take(positions)),
  };
}

function readColumn({ data, shape: [count, ...shape], dtype }: ShapedArray, where: string): Columns {
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

/** The examples of columns, one at a time. */
export function readRows({ count, take }: Columns): Dataset<unknown> {
  const withoutCount = (part: unknown): unknown => {
    const { data, shape, dtype } = part as ShapedArray;
    if (ArrayBuffer.isView(data)) return { data, shape: shape.slice(1), dtype };
    return mapParts(part as object, withoutCount);
  };
  return { length: count, get: (index) => withoutCount(take(Int32Array.of(index))) };
}
