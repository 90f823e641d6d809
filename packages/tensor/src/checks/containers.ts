import { getBuiltinName } from "./builtin-name.ts";

/** Whether an object of any realm is a plain one: neither an array nor an instance of a class. */
export function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
}

const collections: ReadonlySet<string> = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** Whether an object is an array, a plain object, a Map or a Set, of any realm. */
export const isContainer = (value: object): boolean =>
  Array.isArray(value) || isRecord(value) || collections.has(getBuiltinName(value));

/** The contents of an object: elements, keys and values, or the values of properties. Numbers in typed arrays are excluded. */
export function listContents(value: object): readonly unknown[] {
  if (ArrayBuffer.isView(value)) return [];
  switch (getBuiltinName(value)) {
    case "Map":
      return [...(value as Map<unknown, unknown>).keys(), ...(value as Map<unknown, unknown>).values()];
    case "Set":
      return [...(value as Set<unknown>)];
    default:
      return Object.values(value);
  }
}
