import type { Rule } from "@evenkeel/tensor/checks";
import { nonNegativeInteger } from "@evenkeel/tensor/checks";

/** A whole number from 0 to `most`. */
export const upTo = (most: number): Rule => ({
  expected: `an integer from 0 to ${most}`,
  accepts: (value) => nonNegativeInteger.accepts(value) && (value as number) <= most,
});
