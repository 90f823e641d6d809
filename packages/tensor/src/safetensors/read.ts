import { dtypeOfFile, readElements } from "./elements.ts";
import { readHeader } from "./header.ts";
import type { StoredArray } from "./stored-array.ts";

/** What a file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a safetensors file from its bytes, checked to the last one. Wider types are narrowed: F64, F16 and BF16 become f32,
 * I64 becomes i32 where every value fits. Arrays may be views of `file`.
 *
 * The format: https://github.com/huggingface/safetensors#format
 *
 * @throws DataError for anything that is not a whole and well-formed file, and for integers that do not fit
 * @example const { tensors } = readSafetensors(await readFile("model.safetensors"));
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const { entries, metadata, dataStart } = readHeader(file);
  const tensors = new Map<string, StoredArray>();
  for (const { name, type, shape, begin, end } of entries) {
    const data = readElements(type, file.subarray(dataStart + begin, dataStart + end), name);
    tensors.set(name, { dtype: dtypeOfFile(type), shape, data, fileDtype: type });
  }
  return { tensors, metadata };
}
