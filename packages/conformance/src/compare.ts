import type { Spec } from "@evenkeel/tensor";
import { formatSpec, isFloat, stridesOf } from "@evenkeel/tensor";
import type { Bound } from "./tolerance.ts";
import { exact } from "./tolerance.ts";

/** How far results are from the reference. */
export interface Distance {
  /** The largest error, relative to the largest magnitude that was expected. */
  readonly error: number;
  /** What was found where, when some value is out of its bound. */
  readonly failure?: string;
}

export interface Expected extends Spec {
  readonly data: Float64Array;
  /** For each value what the bound is scaled by, such as the sum of the magnitudes that went into it. */
  readonly magnitudes?: Float64Array | undefined;
}

/** Whether one value is close enough; an infinity or NaN must be the same one. */
function isWithin(found: number, expected: number, rounded: number, allowed: number): boolean {
  if (Object.is(found, rounded)) return true;
  if (!Number.isFinite(found) || !Number.isFinite(rounded)) return false;
  return allowed > 0 && Math.abs(found - expected) <= allowed;
}

/** Compares values of a device with the reference. Integers and bool must be equal whatever the bound. */
export function distance(found: ArrayLike<number>, expected: Expected, bound: Bound): Distance {
  const { data, magnitudes } = expected;
  const isReal = isFloat(expected.dtype);
  const limit = isReal ? bound : exact;
  if (found.length !== data.length) {
    return { error: Number.MAX_VALUE, failure: `found ${found.length} values, expected ${data.length}` };
  }
  let largest = 0;
  let widest = 0;
  let wrong = 0;
  let worst = 0;
  for (let index = 0; index < data.length; index++) {
    // Integers have one zero.
    const wanted = isReal ? Math.fround(data[index]!) : data[index]! + 0;
    const value = found[index]!;
    if (Number.isFinite(wanted)) largest = Math.max(largest, Math.abs(wanted));
    const error = Object.is(value, wanted) ? 0 : Math.abs(value - wanted);
    const allowed =
      limit.relative * Math.abs(wanted) + limit.scaled * (magnitudes?.[index] ?? 0) + limit.absolute;
    const isWrong = !isWithin(value, data[index]!, wanted, allowed);
    if (isWrong) wrong++;
    if (!(error <= widest) || (isWrong && wrong === 1)) worst = index;
    widest = Math.max(widest, Number.isFinite(error) ? error : Number.MAX_VALUE);
  }
  const error = widest === 0 ? 0 : Math.min(Number.MAX_VALUE, widest / (largest || 1));
  if (wrong === 0) return { error };
  const place = stridesOf(expected.shape).map(
    (stride, axis) => Math.floor(worst / stride) % expected.shape[axis]!,
  );
  return {
    error,
    failure: `${wrong} of ${data.length} values of ${formatSpec(expected)} are off, the worst at [${place.join(", ")}]: found ${found[worst]}, expected ${data[worst]}`,
  };
}
