import { checkValue, nonNegative } from "@evenkeel/tensor/checks";

/** What the log probability of a text of so many tokens, its end included, is divided by. */
export type LengthPenalty = (length: number) => number;

/**
 * length^exponent, the normalization of Fairseq: 0 prefers short texts, 1 takes the mean over the tokens, more prefers long ones.
 *
 * @throws ArgumentError unless the exponent is a non-negative number
 * @example powerPenalty(0.6)(8)
 */
export function powerPenalty(exponent: number): LengthPenalty {
  checkValue("powerPenalty: exponent", exponent, nonNegative);
  return (length) => length ** exponent;
}

/**
 * ((5 + length) / 6)^exponent, the normalization of Google's translator (Wu et al. 2016, equation 14).
 *
 * @throws ArgumentError unless the exponent is a non-negative number
 * @example gnmtPenalty(0.6)(7) // 2 ** 0.6
 */
export function gnmtPenalty(exponent: number): LengthPenalty {
  checkValue("gnmtPenalty: exponent", exponent, nonNegative);
  return (length) => ((5 + length) / 6) ** exponent;
}
