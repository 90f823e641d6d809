import type { Spec } from "@evenkeel/tensor";
import { formatSpec, isFloat, roundingTo, stridesOf } from "@evenkeel/tensor";
import type { Bound } from "./tolerance.ts";
import { exact, storedBound } from "./tolerance.ts";

/** How far results are from the reference. */
export interface Distance {
  /** The largest error, relative to the largest magnitude that was expected. */
  readonly error: number;
  /** What was found where, when some value is out of its bound. */
  readonly failure?: string;
}

export interface Expected extends Spec {
  readonly data: Float64Array;
  /** What is right too: the values for inputs whose subnormal numbers are zeros, whatever the sign of a zero. */
  readonly flushed?: Float64Array | undefined;
  /** For each value what the bound is scaled by, such as the sum of the magnitudes that went into it. */
  readonly magnitudes?: Float64Array | undefined;
}

/** Whether two values are the same or close; zeros of either sign are the same. */
const isNear = (value: number, other: number, allowed: number): boolean =>
  value === other || Object.is(value, other) || Math.abs(value - other) <= allowed;

/**
 * Compares values of a device with the reference. Integers and bool must be equal whatever the bound, and infinities and NaN
 * must be the same.
 */
export function distance(found: ArrayLike<number>, expected: Expected, bound: Bound): Distance {
  const { data, flushed, magnitudes } = expected;
  const isReal = isFloat(expected.dtype);
  const limit = isReal ? storedBound(bound, expected.dtype) : exact;
  if (found.length !== data.length) {
    return { error: Number.MAX_VALUE, failure: `found ${found.length} values, expected ${data.length}` };
  }
  const round = roundingTo(expected.dtype);
  let largest = 0;
  let widest = 0;
  let wrong = 0;
  let worst = { index: 0, error: -1 };
  for (let index = 0; index < data.length; index++) {
    // A device has rounded a float to f32 before it is stored; integers have one zero.
    const wanted = isReal ? round(Math.fround(data[index]!)) : data[index]! + 0;
    const value = found[index]!;
    if (Object.is(value, wanted)) {
      if (Number.isFinite(wanted)) largest = Math.max(largest, Math.abs(wanted));
      continue;
    }
    const error =
      Number.isFinite(value) && Number.isFinite(wanted) ? Math.abs(value - data[index]!) : Infinity;
    const magnitude = Math.abs(wanted);
    const allowed = limit.relative * magnitude + limit.scaled * (magnitudes?.[index] ?? 0) + limit.absolute;
    largest = Math.max(largest, Number.isFinite(magnitude) ? magnitude : 0);
    widest = Math.max(widest, error);
    if (error <= allowed && allowed > 0 && error < Infinity) continue;
    if (flushed !== undefined && isNear(value, flushed[index]!, allowed)) continue;
    wrong++;
    if (error > worst.error) worst = { index, error };
  }
  const error = Math.min(Number.MAX_VALUE, widest === 0 ? 0 : widest / (largest || 1));
  if (wrong === 0) return { error };
  const place = stridesOf(expected.shape).map(
    (stride, axis) => Math.floor(worst.index / stride) % expected.shape[axis]!,
  );
  return {
    error,
    failure: `${wrong} of ${data.length} values of ${formatSpec(expected)} are off, the worst at [${place.join(", ")}]: found ${found[worst.index]}, expected ${data[worst.index]}`,
  };
}
