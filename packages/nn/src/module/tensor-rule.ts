import type { Rule } from "@evenkeel/tensor/checks";

/** By its members, so that a tensor of another copy of the package is one too. */
export const tensorRule: Rule = {
  expected: "a tensor",
  accepts: (value) => typeof value === "object" && value !== null && "storage" in value && "dtype" in value,
};
