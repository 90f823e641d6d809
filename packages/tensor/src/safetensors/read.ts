import { getBuiltinName } from "../checks/builtin-name.ts";
import { checkOptions, describeValue } from "../checks/check.ts";
import { ArgumentError, DataError } from "../checks/errors.ts";
import { listOf, text } from "../checks/rules.ts";
import { getDTypeOfFile, isFileDType, readElements } from "./elements.ts";
import type { Entry, Header } from "./header.ts";
import { lengthBytes, parseHeader, quote, readHeaderLength } from "./header.ts";
import type { RawArray, StoredArray } from "./stored-array.ts";

/** The contents of a file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, StoredArray>;
  /** Tensors of element types that have no counterpart here, as bytes. */
  readonly raw: ReadonlyMap<string, RawArray>;
  /** Without a prototype: `metadata.constructor` is absent unless the file has it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Selects the tensors to read from a file. */
export interface ReadOptions {
  /** The names of the tensors to read; default: all of them. For the rest of the file, only the header is checked. */
  readonly names?: readonly string[];
}

/**
 * Reads a safetensors file from its bytes or an ArrayBuffer, and checks all of them. Wider types are narrowed: F64,
 * F16, BF16 and the eight-bit F8_E4M3 and F8_E5M2 become f32, I64 becomes i32 if every value fits. Values of F64 beyond
 * the range of f32 become infinite, as in PyTorch's `.float()`. Tensors of types without a counterpart here are
 * returned in `raw`. Arrays may be views of `file`.
 *
 * The format: https://github.com/huggingface/safetensors#format
 *
 * @throws DataError for anything that is not a complete and well-formed file, for integers that do not fit, and for a name that
 * the file does not have; ArgumentError for anything but bytes
 * @example const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()), { names: ["fc.weight"] });
 */
export function readSafetensors(file: Uint8Array | ArrayBuffer, options: ReadOptions = {}): Safetensors {
  checkReadOptions("readSafetensors", options);
  const bytes = asBytes(file);
  const dataStart = lengthBytes + readHeaderLength(bytes, bytes.byteLength);
  const header = parseHeader(bytes.subarray(lengthBytes, dataStart), bytes.byteLength - dataStart);
  const found = new Map<Entry, Uint8Array>();
  for (const entry of selectEntries(header, options)) {
    found.set(entry, bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
  }
  return decodeArrays(found, header);
}

function asBytes(file: Uint8Array | ArrayBuffer): Uint8Array {
  const type = getBuiltinName(file);
  if (type === "Uint8Array") return file as Uint8Array;
  if (type === "ArrayBuffer" || type === "SharedArrayBuffer") return new Uint8Array(file as ArrayBuffer);
  throw new ArgumentError(`readSafetensors: file: found ${describeValue(file)}, expected a Uint8Array`);
}

/** Throws ArgumentError for an option that does not exist, and for names that are not text. */
export const checkReadOptions = (where: string, options: ReadOptions): void =>
  checkOptions<ReadOptions>(where, options, { names: listOf(text) });

/** The entries of the requested tensors. Throws DataError for a name that the file does not have. */
export function selectEntries({ entries }: Header, { names }: ReadOptions): readonly Entry[] {
  if (names === undefined) return entries;
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return [...new Set(names)].map((name) => {
    const entry = byName.get(name);
    if (entry !== undefined) return entry;
    throw new DataError(
      `safetensors: names: found ${quote(name)}, expected the name of one of the ${entries.length} tensors`,
    );
  });
}

/** The arrays of the chosen entries, decoded from their bytes. */
export function decodeArrays(found: ReadonlyMap<Entry, Uint8Array>, { metadata }: Header): Safetensors {
  const tensors = new Map<string, StoredArray>();
  const raw = new Map<string, RawArray>();
  for (const [{ name, type, shape }, bytes] of found) {
    if (isFileDType(type)) {
      const data = readElements(type, bytes, quote(name));
      tensors.set(name, { dtype: getDTypeOfFile(type), shape, data, fileDtype: type });
    } else raw.set(name, { fileDtype: type, shape, bytes });
  }
  return { tensors, raw, metadata };
}
