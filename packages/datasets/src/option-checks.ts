import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";

/** Throws ArgumentError for an option that has no rule, and for one that its rule does not accept or that is absent. */
export function checkAllOptions<Options extends object>(
  where: string,
  options: Options,
  rules: Rules<Options>,
): void {
  checkOptions<Options>(where, options, rules);
  for (const name of Object.keys(rules) as (keyof Options & string)[]) {
    checkValue(`${where}: ${name}`, options[name], rules[name]);
  }
}

/** A count of at most so many. */
export const upTo = (most: number): Rule => ({
  expected: `an integer from 0 to ${most}`,
  accepts: (value) => nonNegativeInteger.accepts(value) && (value as number) <= most,
});
