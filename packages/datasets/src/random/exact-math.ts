/**
 * Functions of numbers that give the same bits in every engine, unlike those of `Math`: they consist of operations that IEEE 754
 * rounds correctly. Their relative error is below 1e-14.
 */

/** x + x^3 / (2 * 3) s + x^5 / (2 * 3 * 4 * 5) s^2 + ..., from the given first term, for the sign s = -1. */
function sumAlternating(first: number, start: number, square: number): number {
  let [sum, term] = [0, first];
  for (let n = start; n < start + 22; n += 2) {
    sum += term;
    term *= -square / ((n + 1) * (n + 2));
  }
  return sum;
}

/** The sine of an angle in degrees. */
export function computeSine(degrees: number): number {
  const turns = Math.round(degrees / 90);
  const angle = (degrees - 90 * turns) * (Math.PI / 180);
  const isOdd = turns % 2 !== 0;
  const value = isOdd ? sumAlternating(1, 0, angle * angle) : sumAlternating(angle, 1, angle * angle);
  return ((turns % 4) + 4) % 4 < 2 ? value : -value;
}

/** The cosine of an angle in degrees. */
export const computeCosine = (degrees: number): number => computeSine(degrees + 90);

export function computeExponential(x: number): number {
  const doublings = Math.round(x / Math.LN2);
  const rest = x - doublings * Math.LN2;
  let [sum, term] = [0, 1];
  for (let n = 1; n <= 20; n++) {
    sum += term;
    term *= rest / n;
  }
  for (let step = 0; step < Math.abs(doublings); step++) sum *= doublings > 0 ? 2 : 0.5;
  return sum;
}

/** The natural logarithm of a positive number. */
export function computeLogarithm(x: number): number {
  let [mantissa, doublings] = [x, 0];
  for (; mantissa > Math.SQRT2; doublings++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; doublings--) mantissa *= 2;
  const ratio = (mantissa - 1) / (mantissa + 1);
  let [sum, power] = [0, ratio];
  for (let n = 1; n < 30; n += 2) {
    sum += power / n;
    power *= ratio * ratio;
  }
  return 2 * sum + doublings * Math.LN2;
}
