import { getBuiltinName } from "../checks/builtin-name.ts";
import { checkValue, describeValue } from "../checks/check.ts";
import { ArgumentError } from "../checks/errors.ts";
import type { Rule } from "../checks/rules.ts";
import { checkShape, countElements, formatSpec } from "../core/spec.ts";
import { isTruth } from "../expression/dtype.ts";
import { aDType } from "../expression/dtype-kinds.ts";
import type { Bytes } from "../expression/storage.ts";
import { countElementBits, findStrayBool, getArrayName, getDTypeOfFile, getFileDType } from "./elements.ts";
import { lengthBytes, maxHeaderBytes, metadataKey, quote } from "./header.ts";
import type { FileDType, StoredArray } from "./stored-array.ts";

/** The parts of a file, in order, to be written one after another or passed to `new Blob`. */
export interface FileParts extends Iterable<Bytes> {
  /** The total number of bytes of all parts. */
  readonly byteLength: number;
}

interface Placed {
  readonly name: string;
  readonly array: StoredArray;
  readonly type: FileDType;
}

/**
 * Writes tensors as one safetensors file. Each tensor starts at a multiple of its element size, and equal contents give
 * equal files.
 *
 * @param metadata text that is stored with the tensors
 * @throws ArgumentError for a name that is taken, or data that does not fit its shape and dtype
 * @example const bytes = writeSafetensors([["x", { shape: [2], dtype: "f32", data: Float32Array.of(1, 2) }]], { epoch: "3" });
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, array: StoredArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Bytes {
  const parts = encodeSafetensors(tensors, metadata);
  const file = new Uint8Array(parts.byteLength);
  let position = 0;
  for (const part of parts) {
    file.set(part, position);
    position += part.byteLength;
  }
  return file;
}

/**
 * The file that `writeSafetensors` writes, in parts that are views of the arrays, so that nothing is copied.
 *
 * @throws ArgumentError as `writeSafetensors` does, at once
 * @example const blob = new Blob([...encodeSafetensors(await readStateArrays(model))]);
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [name: string, array: StoredArray]>,
  metadata: Readonly<Record<string, string>> = {},
): FileParts {
  const placed = place(tensors);
  const header: [string, unknown][] = [];
  checkMetadata(metadata);
  if (Object.keys(metadata).length > 0) header.push([metadataKey, metadata]);
  let dataBytes = 0;
  for (const { name, array, type } of placed) {
    const end = dataBytes + (countElements(array.shape) * countElementBits(type)) / 8;
    header.push([name, { dtype: type, shape: array.shape, data_offsets: [dataBytes, end] }]);
    dataBytes = end;
  }
  const start = encodeHeader(header);
  return {
    byteLength: start.byteLength + dataBytes,
    *[Symbol.iterator]() {
      yield start;
      for (const { array, type } of placed) yield encodeArray(array, type);
    },
  };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const pairs: Rule = {
  expected: "pairs of a name and { dtype, shape, data }, such as a Map has",
  accepts: (value) => isObject(value) && Symbol.iterator in value,
};

const pair: Rule = {
  expected: "a pair of a name and { dtype, shape, data }",
  accepts: (value) => Array.isArray(value) && typeof value[0] === "string",
};

const storedArray: Rule = { expected: "{ dtype, shape, data }", accepts: isObject };

const strings: Rule = { expected: "a record of strings", accepts: isObject };

function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  checkValue("metadata", metadata, strings);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") {
      throw new ArgumentError(`metadata: ${quote(key)}: found ${describeValue(value)}, expected a string`);
    }
  }
}

/** The length, then the JSON, padded with spaces so that the data begins at a multiple of 8. */
function encodeHeader(entries: readonly [string, unknown][]): Bytes {
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const bytes = Math.ceil(text.byteLength / 8) * 8;
  if (bytes > maxHeaderBytes) {
    throw new ArgumentError(
      `tensors: found names, shapes and metadata of ${bytes} bytes, expected at most ${maxHeaderBytes}`,
    );
  }
  const start = new Uint8Array(lengthBytes + bytes).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(bytes), true);
  start.set(text, lengthBytes);
  return start;
}

/**
 * Orders tensors by the size of their elements, the largest first, then by name, so that every tensor is aligned and
 * equal contents give equal files.
 */
function place(tensors: Iterable<readonly [string, StoredArray]>): Placed[] {
  const placed: Placed[] = [];
  const names = new Set<string>([metadataKey]);
  checkValue("tensors", tensors, pairs);
  for (const named of tensors) {
    checkValue("tensors", named, pair);
    const [name, array] = named;
    if (names.has(name)) {
      const fault = name === metadataKey ? ", which is reserved" : " twice, expected it once";
      throw new ArgumentError(`tensors: found the name ${quote(name)}${fault}`);
    }
    names.add(name);
    placed.push({ name, array, type: checkArray(name, array) });
  }
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return placed.sort(
    (a, b) => countElementBits(b.type) - countElementBits(a.type) || compare(a.name, b.name),
  );
}

function checkArray(name: string, array: StoredArray): FileDType {
  checkValue(name, array, storedArray);
  const { dtype, shape, data } = array;
  checkShape(shape, `${name}: shape`);
  checkValue(`${name}: dtype`, dtype, aDType);
  checkValue(`${name}: data`, data, {
    expected: `values of the type ${getArrayName(dtype)}`,
    accepts: (value) => getBuiltinName(value) === getArrayName(dtype),
  });
  if (data.length !== countElements(shape)) {
    throw new ArgumentError(
      `${name}: found ${data.length} values, expected ${countElements(shape)} for ${formatSpec(array)}`,
    );
  }
  const stray = isTruth(array.dtype) ? findStrayBool(array.data) : undefined;
  if (stray !== undefined) throw new ArgumentError(`${name}: ${stray}`);
  const isWide = array.fileDtype === "I64" && array.dtype === getDTypeOfFile("I64");
  return isWide ? "I64" : getFileDType(array.dtype);
}

function encodeArray({ data }: StoredArray, type: FileDType): Bytes {
  const stored = type === "I64" ? BigInt64Array.from(data as Int32Array, BigInt) : data;
  return new Uint8Array(stored.buffer as ArrayBuffer, stored.byteOffset, stored.byteLength);
}
