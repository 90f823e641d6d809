import type { Rule } from "@evenkeel/tensor/checks";

/** Accepts a number of channels of decoded images. */
export const someChannels: Rule = {
  expected: "1, 3 or 4",
  accepts: (value) => value === 1 || value === 3 || value === 4,
};
