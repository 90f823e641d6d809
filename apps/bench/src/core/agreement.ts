import type { Results } from "./task.ts";

/**
 * Describes the result that differs too much; undefined if all results agree. The measure is |found - expected| /
 * |expected| in the 2-norm.
 */
export function describeDisagreement(
  found: Results,
  expected: Results,
  tolerance: number,
): string | undefined {
  for (const [name, values] of Object.entries(expected)) {
    const own = found[name];
    if (own === undefined) return `${name}: found no such result`;
    if (own.length !== values.length) {
      return `${name}: found ${own.length} values, expected ${values.length}`;
    }
    const difference = computeRelativeDifference(own, values);
    if (!(difference <= tolerance)) {
      return `${name}: differs by ${difference.toExponential(1)} of its norm, expected at most ${tolerance}`;
    }
  }
  return undefined;
}

function computeRelativeDifference(found: Float32Array, expected: Float32Array): number {
  let squares = 0;
  let size = 0;
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index]!;
    squares += (found[index]! - value) ** 2;
    size += value ** 2;
  }
  return squares === 0 ? 0 : Math.sqrt(squares / size);
}
