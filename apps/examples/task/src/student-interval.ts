/**
 * The bounds of an interval for the mean of normally distributed values that covers it with this probability, by Student's t. Infinite
 * for a single value.
 */
export function computeStudentInterval(
  values: readonly number[],
  level = 0.95,
): readonly [low: number, high: number] {
  const { length } = values;
  if (length < 2) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (length - 1);
  const half = computeStudentQuantile(length - 1, level) * Math.sqrt(variance / length);
  return [mean - half, mean + half];
}

/** The t below which the magnitude of Student's t with these degrees of freedom is with this probability. */
function computeStudentQuantile(degrees: number, level: number): number {
  let [low, high] = [0, 1e6];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (computeStudentProbability(degrees, middle) < level) low = middle;
    else high = middle;
  }
  return high;
}

/** The probability that the magnitude of Student's t is below t (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
function computeStudentProbability(degrees: number, t: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const isOdd = degrees % 2 === 1;
  let [sum, term] = [0, isOdd ? Math.cos(angle) : 1];
  for (let power = isOdd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * Math.cos(angle) ** 2;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
