import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";

/** Throws ArgumentError for an unknown option, a wrong value and an absent option: all of them are required. */
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

/** A whole number from 0 to `most`. */
export const upTo = (most: number): Rule => ({
  expected: `an integer from 0 to ${most}`,
  accepts: (value) => nonNegativeInteger.accepts(value) && (value as number) <= most,
});
