import type { Backend } from "../core/backend.ts";
import type { DType } from "../core/dtype.ts";
import { ArgumentError, OutOfMemoryError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import { fromData } from "./from-data.ts";

export interface CreationOptions {
  /** Default: f32. */
  readonly dtype?: DType;
  /** Default: the one that `selectBackend` opened. */
  readonly backend?: Backend;
}

/** Values that are made on the host first. Throws OutOfMemoryError where it has no room for them. */
function hostValues(operation: string, length: number): Float64Array {
  try {
    return new Float64Array(length);
  } catch (cause) {
    throw new OutOfMemoryError(`${operation}: found no room on the host for ${length} values`, { cause });
  }
}

/**
 * start, start + step, ... up to but without end. Each value is rounded once, so they do not drift.
 *
 * Shapes: -> [ceil((end - start) / step)], empty when that is negative. Throws ArgumentError when step is 0 or an argument
 * is not finite.
 *
 * @param options.step default 1
 * @example arange(0, 3) // [0, 1, 2]
 */
export function arange(
  start: number,
  end: number,
  { step = 1, ...options }: CreationOptions & { readonly step?: number } = {},
): Tensor {
  if (![start, end, step].every(Number.isFinite) || step === 0) {
    throw new ArgumentError(
      `arange: found start ${start}, end ${end}, step ${step}, expected finite numbers and a step other than 0`,
    );
  }
  const length = Math.max(0, Math.ceil((end - start) / step));
  const values = hostValues("arange", length);
  for (let index = 0; index < length; index++) values[index] = start + index * step;
  return fromData(values, { shape: [length], dtype: options.dtype ?? "f32" }, options);
}

/**
 * `count` evenly spaced values, both ends included.
 *
 * Shapes: -> [count]. Throws ArgumentError unless count is a non-negative integer and the ends are finite.
 *
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, end: number, count: number, options: CreationOptions = {}): Tensor {
  if (!Number.isFinite(start) || !Number.isFinite(end) || !Number.isSafeInteger(count) || count < 0) {
    throw new ArgumentError(
      `linspace: found start ${start}, end ${end}, count ${count}, expected finite ends and a non-negative integer`,
    );
  }
  const values = hostValues("linspace", count);
  for (let index = 0; index < count; index++) {
    const fraction = count === 1 ? 0 : index / (count - 1);
    values[index] = start * (1 - fraction) + end * fraction;
  }
  return fromData(values, { shape: [count], dtype: options.dtype ?? "f32" }, options);
}

/**
 * The identity matrix: ones on the main diagonal, zeros elsewhere.
 *
 * Shapes: -> [rows, columns]. Throws ArgumentError unless both are non-negative integers.
 *
 * @param options.columns default: as many as rows
 * @example eye(2) // [[1, 0], [0, 1]]
 */
export function eye(
  rows: number,
  { columns = rows, ...options }: CreationOptions & { readonly columns?: number } = {},
): Tensor {
  if (![rows, columns].every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new ArgumentError(`eye: found ${rows} rows and ${columns} columns, expected non-negative integers`);
  }
  const values = hostValues("eye", rows * columns);
  for (let row = 0; row < Math.min(rows, columns); row++) values[row * columns + row] = 1;
  return fromData(values, { shape: [rows, columns], dtype: options.dtype ?? "f32" }, options);
}
