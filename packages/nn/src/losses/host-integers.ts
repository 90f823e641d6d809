import type { NumericArray, Tensor } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";

interface HostIntegers {
  readonly values: NumericArray;
  readonly byteOffset: number;
  /** The last check that they passed, and the last count: the tensor may be looked at several times in one step. */
  passed?: string;
  counted?: { readonly ignoreIndex: number; readonly count: number };
}

/** By the memory that they were uploaded to, so that a reshaped tensor is known too. */
const uploads = new WeakMap<object, HostIntegers>();

/** Notes what an integer tensor was made from, so that indices can be checked without asking the device. */
export function rememberIntegers(tensor: Tensor, values: NumericArray): void {
  uploads.set(tensor.storage, { values, byteOffset: tensor.byteOffset });
}

function integersOf({ storage, byteOffset, size }: Tensor): HostIntegers | undefined {
  const known = uploads.get(storage);
  return known?.byteOffset === byteOffset && known.values.length === size ? known : undefined;
}

/** How many labels count, where the host knows it. */
export function hostCount(labels: Tensor, ignoreIndex: number): number | undefined {
  const known = integersOf(labels);
  if (known === undefined) return undefined;
  if (known.counted?.ignoreIndex !== ignoreIndex) {
    const { values } = known;
    let count = 0;
    for (let index = 0; index < values.length; index++) if (values[index] !== ignoreIndex) count++;
    known.counted = { ignoreIndex, count };
  }
  return known.counted.count;
}

/**
 * Throws ArgumentError for an index outside of [0, count) where the values are known on the host. What came from elsewhere is
 * checked by the device.
 */
export function checkHostIndices(where: string, indices: Tensor, count: number, ignoreIndex?: number): void {
  const known = integersOf(indices);
  if (known === undefined) return;
  const check = `${count} ${ignoreIndex}`;
  if (known.passed === check) return;
  const { values } = known;
  let counted = 0;
  // One pass by a plain loop: the labels of a segmentation are millions.
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
