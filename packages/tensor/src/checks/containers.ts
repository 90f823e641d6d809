/** Whether an object is a plain one, of any realm: properties by name, and nothing behind them. */
export function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
}

/** Whether an object is an array, a plain object, a Map or a Set: what others keep things in. */
export const isContainer = (value: object): boolean =>
  Array.isArray(value) || isRecord(value) || /(Map|Set)\]$/.test(tagOf(value));

/** What an object holds: elements, keys and values, or the values of properties. Numbers in typed arrays do not count. */
export function contentsOf(value: object): readonly unknown[] {
  if (ArrayBuffer.isView(value)) return [];
  switch (tagOf(value)) {
    case "[object Map]":
      return [...(value as Map<unknown, unknown>).keys(), ...(value as Map<unknown, unknown>).values()];
    case "[object Set]":
      return [...(value as Set<unknown>)];
    default:
      return Object.values(value);
  }
}

const tagOf = (value: object): string => Object.prototype.toString.call(value);
