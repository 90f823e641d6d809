import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { ArgumentError, DTypeError, formatSpec, indexType, recallIntegers } from "@evenkeel/tensor";

/** The last check that an array passed, and its last count: one step may ask for them several times. */
interface Seen {
  passed?: string;
  counted?: { readonly ignoreIndex: number; readonly count: number };
}

const seen = new WeakMap<NumericArray, Seen>();

function getSeen(values: NumericArray): Seen {
  let found = seen.get(values);
  if (found === undefined) {
    found = {};
    seen.set(values, found);
  }
  return found;
}

/** The number of labels that are not ignored, where the host knows the labels. */
export function countOnHost(labels: Tensor, ignoreIndex: number): number | undefined {
  const values = recallIntegers(labels);
  if (values === undefined) return undefined;
  const known = getSeen(values);
  if (known.counted?.ignoreIndex !== ignoreIndex) {
    let count = 0;
    for (let index = 0; index < values.length; index++) if (values[index] !== ignoreIndex) count++;
    known.counted = { ignoreIndex, count };
  }
  return known.counted.count;
}

/**
 * Throws ArgumentError for an index outside of [0, count) where the host knows the values. The device checks all others.
 */
export function checkHostIndices(where: string, indices: Tensor, count: number, ignoreIndex?: number): void {
  const values = recallIntegers(indices);
  if (values === undefined) return;
  const known = getSeen(values);
  const check = `${count} ${ignoreIndex}`;
  if (known.passed === check) return;
  let counted = 0;
  // One pass by a plain loop: a segmentation has millions of labels.
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value === ignoreIndex) continue;
    if (!(value >= 0 && value < count)) {
      const orIgnored = ignoreIndex === undefined ? "" : `, or ${ignoreIndex} for one that does not count`;
      throw new ArgumentError(
        `${where}: found ${value} at position ${at}, expected an integer in [0, ${count})${orIgnored}`,
      );
    }
    counted++;
  }
  known.passed = check;
  if (ignoreIndex !== undefined) known.counted = { ignoreIndex, count: counted };
}

/** Throws DTypeError for labels of another dtype than `indexType`, and ArgumentError for one that is not a class, where the host knows them. */
export function checkLabels(operation: string, labels: Tensor, classes: number, ignoreIndex: number): void {
  if (labels.dtype !== indexType) {
    throw new DTypeError(
      `${operation}: labels: found ${formatSpec(labels)}, expected ${indexType}: an Int32Array, or \`dtypes: { labels: "${indexType}" }\` of batches`,
    );
  }
  checkHostIndices(`${operation}: labels`, labels, classes, ignoreIndex);
}
