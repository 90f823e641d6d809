import { ArgumentError } from "../core/errors.ts";
import { formatSpec, sizeOf } from "../core/spec.ts";
import { arrayTypeFor, bytesOfElement, fileDTypeFor } from "./elements.ts";
import { metadataKey } from "./header.ts";
import type { FileDType, StoredArray } from "./stored-array.ts";

interface Placed {
  readonly name: string;
  readonly array: StoredArray;
  readonly type: FileDType;
}

/**
 * Writes tensors as one safetensors file. Each tensor starts at a multiple of its element size.
 *
 * @param metadata text that travels with the tensors
 * @throws ArgumentError for a name that is taken, or data that does not fit its shape and dtype
 * @example await writeFile("model.safetensors", writeSafetensors(Object.entries(state), { epoch: "3" }));
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, array: StoredArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const placed = place(tensors);
  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push([metadataKey, metadata]);
  let dataBytes = 0;
  for (const { name, array, type } of placed) {
    const end = dataBytes + sizeOf(array.shape) * bytesOfElement(type);
    header.push([name, { dtype: type, shape: array.shape, data_offsets: [dataBytes, end] }]);
    dataBytes = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(text.byteLength / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(text, 8);
  file.fill(0x20, 8 + text.byteLength, 8 + headerBytes);
  let position = 8 + headerBytes;
  for (const { array, type } of placed) {
    const bytes = bytesOfArray(array, type);
    file.set(bytes, position);
    position += bytes.byteLength;
  }
  return file;
}

/** Widest elements first, then by name: so every tensor is aligned, and equal contents make equal files. */
function place(tensors: Iterable<readonly [string, StoredArray]>): Placed[] {
  const placed: Placed[] = [];
  const names = new Set<string>([metadataKey]);
  for (const [name, array] of tensors) {
    if (names.has(name)) throw new ArgumentError(`tensors: found the name "${name}" twice or reserved`);
    names.add(name);
    placed.push({ name, array, type: checkArray(name, array) });
  }
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return placed.sort((a, b) => bytesOfElement(b.type) - bytesOfElement(a.type) || compare(a.name, b.name));
}

function checkArray(name: string, array: StoredArray): FileDType {
  const expected = arrayTypeFor(array.dtype);
  if (!(array.data instanceof expected) || array.data.length !== sizeOf(array.shape)) {
    throw new ArgumentError(
      `${name}: found ${array.data.length} values in a ${array.data.constructor.name}, expected ${sizeOf(array.shape)} in a ${expected.name} for ${formatSpec(array)}`,
    );
  }
  const own = fileDTypeFor(array.dtype);
  return array.dtype === "i32" && array.fileDtype === "I64" ? "I64" : own;
}

function bytesOfArray({ data }: StoredArray, type: FileDType): Uint8Array {
  const stored = type === "I64" ? BigInt64Array.from(data as Int32Array, BigInt) : data;
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}
