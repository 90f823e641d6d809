import { ArgumentError } from "./errors.ts";
import type { Rule, Rules } from "./rules.ts";
import { aTensor } from "./rules.ts";

/**
 * Throws ArgumentError, naming the place and the value, unless the rule accepts the value.
 *
 * @example checkValue("Dropout: probability", probability, fraction)
 */
export function checkValue(where: string, value: unknown, { expected, accepts }: Rule): void {
  if (!accepts(value))
    throw new ArgumentError(`${where}: found ${describeValue(value)}, expected ${expected}`);
}

/**
 * Throws ArgumentError for an option that has no rule, and for a value that its rule does not accept. An option that is
 * `undefined` counts as absent, so callers get its default by destructuring. `required` names the options without a default.
 *
 * @example checkOptions<FlattenOptions>("Flatten", options, { startAxis: nonNegativeInteger })
 */
export function checkOptions<Options extends object>(
  where: string,
  options: Options,
  rules: Rules<Options>,
  required: readonly (keyof Options & string)[] = [],
): void {
  if (typeof options !== "object" || options === null) {
    throw new ArgumentError(`${where}: options: found ${describeValue(options)}, expected an object`);
  }
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(", ") || "no option";
      throw new ArgumentError(`${where}: found the option "${name}", expected one of: ${known}`);
    }
    if (value !== undefined) checkValue(`${where}: ${name}`, value, rules[name as keyof Options]);
  }
  for (const name of required) checkValue(`${where}: ${name}`, options[name], rules[name]);
}

/** Throws ArgumentError unless all are tensors. It is for functions that read their operands before they call an op. */
export function checkTensors(where: string, ...operands: readonly unknown[]): void {
  for (const operand of operands) checkValue(where, operand, aTensor);
}

/** The largest number of characters of a string in a message. */
const longestText = 60;

/** Describes a value briefly for a message: `-1`, `"mean"`, `a function`, `[0.5, 2]`, `a Map`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > longestText ? `${value.slice(0, longestText)}...` : value);
    case "function":
      return "a function";
    case "bigint":
      return `${value}n`;
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return String(value);
  }
}

/** The largest number of elements of an array in a message. */
const mostElements = 8;

function describeObject(value: object): string {
  if (Array.isArray(value)) {
    const shown = value
      .slice(0, mostElements)
      .map((element) => (Array.isArray(element) ? "[...]" : describeValue(element)));
    return `[${[...shown, ...(value.length > mostElements ? ["..."] : [])].join(", ")}]`;
  }
  const name = value.constructor?.name;
  if (name === undefined || name === "" || name === "Object") return "an object";
  return `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
}
