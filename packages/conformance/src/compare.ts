import type { Spec } from "@evenkeel/tensor";
import { computeStrides, formatSpec, isFloat, makeRounding } from "@evenkeel/tensor";
import type { Bound } from "./tolerance.ts";
import { computeStoredBound, exact } from "./tolerance.ts";

/** The difference between results and the reference. */
export interface Distance {
  /** The largest error, relative to the largest expected magnitude. */
  readonly error: number;
  /** A description of the first value that exceeds its bound, if there is one. */
  readonly failure?: string;
}

export interface Expected extends Spec {
  readonly data: Float64Array;
  /** Alternative expected values: those for inputs whose subnormal numbers are flushed to zeros of either sign. */
  readonly flushed?: Float64Array | undefined;
  /** The scale of the bound for each value, such as the sum of the magnitudes of its terms. */
  readonly magnitudes?: Float64Array | undefined;
}

/** Whether two values are equal or close; zeros of either sign are equal. */
const isNear = (value: number, other: number, allowed: number): boolean =>
  value === other || Object.is(value, other) || Math.abs(value - other) <= allowed;

/**
 * Compares values of a device with the reference. Integers and bools must be equal whatever the bound, and infinities
 * and NaN must be the same.
 */
export function measureDistance(found: ArrayLike<number>, expected: Expected, bound: Bound): Distance {
  const { data, flushed, magnitudes } = expected;
  const isReal = isFloat(expected.dtype);
  const limit = isReal ? computeStoredBound(bound, expected.dtype) : exact;
  if (found.length !== data.length) {
    return { error: Number.MAX_VALUE, failure: `found ${found.length} values, expected ${data.length}` };
  }
  const round = makeRounding(expected.dtype);
  let largest = 0;
  let widest = 0;
  let wrong = 0;
  let worst = { index: 0, error: -1 };
  for (let index = 0; index < data.length; index++) {
    // A device rounds a float to f32 before it stores it; integers have only one zero.
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
  const place = computeStrides(expected.shape).map(
    (stride, axis) => Math.floor(worst.index / stride) % expected.shape[axis]!,
  );
  return {
    error,
    failure: `${wrong} of ${data.length} values of ${formatSpec(expected)} are off, the worst at [${place.join(", ")}]: found ${found[worst.index]}, expected ${data[worst.index]}`,
  };
}
