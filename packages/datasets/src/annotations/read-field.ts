import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { describeValue, isRecord } from "@evenkeel/tensor/checks";

/** Returns a value of a file unless its rule refuses it, which is a DataError that names the file and the place. */
export function readField<Value>(where: string, value: unknown, { expected, accepts }: Rule): Value {
  if (accepts(value)) return value as Value;
  throw new DataError(`${where}: found ${describeValue(value)}, expected ${expected}`);
}

/** Accepts an object of a file, as opposed to a list, a text or a number. */
export const aRecord: Rule = {
  expected: "an object",
  accepts: (value) => typeof value === "object" && value !== null && isRecord(value),
};
