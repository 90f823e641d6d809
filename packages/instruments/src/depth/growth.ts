import { ArgumentError } from "@evenkeel/tensor";
import { checkValue, listOf, positive } from "@evenkeel/tensor/checks";

/** An exponential curve through values at equal distances. */
export interface Growth {
  /** The natural logarithm of the factor from one value to the next. */
  readonly rate: number;
  /** The standard error of the rate. */
  readonly standardError: number;
  /** The natural logarithm of the fitted first value. */
  readonly start: number;
}

/**
 * Fits exponential growth to positive values by least squares of their logarithms: with the squared gradient norms of the layers of
 * a network, from its output to its input, the rate is what a layer multiplies them by. The mean-field theory of batch norm (Yang et al. 2019) predicts
 * ln(pi / (pi - 1)) for each ReLU layer.
 *
 * Throws ArgumentError for fewer than three values, and for one that is not positive.
 *
 * @example fitGrowth([1, 2, 4, 8]).rate // ln 2
 */
export function fitGrowth(values: readonly number[]): Growth {
  checkValue("fitGrowth: values", values, listOf(positive));
  const count = values.length;
  if (count < 3) throw new ArgumentError(`fitGrowth: values: found ${count}, expected at least 3`);
  const logarithms = values.map(Math.log);
  const middle = (count - 1) / 2;
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / count;
  const squares = logarithms.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  const products = logarithms.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const rate = products / squares;
  const start = mean - rate * middle;
  const residuals = logarithms.reduce((sum, value, index) => sum + (value - start - rate * index) ** 2, 0);
  return { rate, standardError: Math.sqrt(residuals / (count - 2) / squares), start };
}
