import type { Extent } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { either, listOf, nonNegativeInteger, positiveInteger } from "@evenkeel/tensor/checks";

const orPair = (rule: Rule): Rule => ({
  expected: `${rule.expected}, or a pair of them`,
  accepts: either(rule, listOf(rule, 2)).accepts,
});

/** One size for both dimensions, or one for each. */
export const sizes: Rule = /* @__PURE__ */ orPair(positiveInteger);

/** The width of padding: one number for both dimensions, or one for each. */
export const margins: Rule = /* @__PURE__ */ orPair(nonNegativeInteger);

/** One number for each dimension. */
export const toPair = (extent: Extent): readonly number[] =>
  typeof extent === "number" ? [extent, extent] : extent;

/** Throws ArgumentError unless the groups divide the channels. */
export function checkGroups(where: string, channels: readonly number[], groups = 1): void {
  const odd = channels.find((count) => count % groups !== 0);
  if (odd === undefined) return;
  throw new ArgumentError(
    `${where}: groups: found ${groups} for ${odd} channels, expected a divisor of ${odd}`,
  );
}

/** Describes a window and its options: `3x3, stride 2, padding 1`. */
export function describeWindow(kernel: readonly number[], options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const parts = given.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join("x") : value}`);
  return [kernel.join("x"), ...parts].join(", ");
}
