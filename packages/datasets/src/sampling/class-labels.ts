import { ArgumentError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue } from "@evenkeel/tensor/checks";

/** The class of each example. */
export type ClassLabels = ArrayLike<number | string>;

export const classLabels: Rule = {
  expected: "an array or typed array of numbers or strings",
  accepts: (value) =>
    (Array.isArray(value) || ArrayBuffer.isView(value)) &&
    Array.from(value as unknown as ArrayLike<unknown>).every((label) =>
      ["number", "string"].includes(typeof label),
    ),
};

/** Throws ArgumentError unless there is a label for each example. */
export function checkClassLabels(where: string, labels: ClassLabels, count: number): void {
  checkValue(where, labels, classLabels);
  if (labels.length === count) return;
  throw new ArgumentError(`${where}: found ${labels.length} labels, expected ${count}, one for each example`);
}

/** The positions of the examples of each class, in the order of `order`; classes come in the order of their first example. */
export function groupByClass(labels: ClassLabels, order: Int32Array): readonly Int32Array[] {
  const groups = new Map<number | string, number[]>();
  for (const label of Array.from(labels)) groups.set(label, []);
  for (const position of order) groups.get(labels[position]!)!.push(position);
  return Array.from(groups.values(), (positions) => Int32Array.from(positions));
}
