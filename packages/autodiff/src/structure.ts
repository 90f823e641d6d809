import type { Tensor } from "@evenkeel/tensor";
import { ArgumentError, isTensor } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { describeValue, isContainer, isRecord, listContents } from "@evenkeel/tensor/checks";

/** The type of the gradients of a value: a tensor for each tensor in arrays and records, undefined for the rest. */
export type GradientsOf<Value> = Value extends Tensor
  ? Tensor
  : Value extends readonly unknown[]
    ? { [Index in keyof Value]: GradientsOf<Value[Index]> }
    : Value extends (...args: never[]) => unknown
      ? undefined
      : Value extends object
        ? { [Key in keyof Value]: GradientsOf<Value[Key]> }
        : undefined;

/** A gradient; an absent one is zero. */
export const tensorOrNone: Rule = {
  expected: "a tensor or undefined",
  accepts: (value) => value === undefined || isTensor(value),
};

/** Throws ArgumentError for tensors in a Map or a Set, which would get no gradient. */
export function checkStructure(where: string, value: unknown): void {
  if (typeof value !== "object" || value === null || isTensor(value) || !isContainer(value)) return;
  const contents = listContents(value);
  if (!Array.isArray(value) && !isRecord(value) && contents.some(isTensor)) {
    throw new ArgumentError(
      `${where}: found tensors in ${describeValue(value)}, expected them in arrays and plain objects`,
    );
  }
  for (const element of contents) checkStructure(where, element);
}

/** Copies arrays and records and replaces every tensor; `other` replaces the other leaves. */
export function mapTensors(
  value: unknown,
  tensor: (tensor: Tensor) => unknown,
  other: (leaf: unknown) => unknown = (leaf) => leaf,
): unknown {
  if (isTensor(value)) return tensor(value);
  if (Array.isArray(value)) return value.map((element) => mapTensors(element, tensor, other));
  if (typeof value !== "object" || value === null || !isRecord(value)) return other(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, mapTensors(element, tensor, other)]),
  );
}
