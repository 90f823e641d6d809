import { describeValue } from "../checks/check.ts";
import { DataError } from "../checks/errors.ts";
import { formatShape } from "../core/spec.ts";
import { countElementBits, isElementType } from "./elements.ts";
import { checkNesting, checkUniqueKeys } from "./unique-keys.ts";

/** The position of a tensor in the file. Offsets count from the end of the header. */
export interface Entry {
  readonly name: string;
  /** The element type as the file spells it, which may be one that cannot be read. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The contents of a file's header. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The limit of the reference implementation, so that a malicious header cannot exhaust the memory. */
export const maxHeaderBytes = 100_000_000;
/** The file begins with the length of the header. */
export const lengthBytes = 8;
/** The reserved name, which no tensor may have. */
export const metadataKey = "__metadata__";

/** The length of the header, from the first bytes of a file. Throws DataError if it exceeds the file or the format's limit. */
export function readHeaderLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < lengthBytes) {
    throw new DataError(`safetensors: found ${fileBytes} bytes, expected at least ${lengthBytes}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true);
  const available = Math.min(fileBytes - lengthBytes, maxHeaderBytes);
  if (length > available) {
    throw new DataError(
      `safetensors: found a header of ${length} bytes, expected at most ${available}: the file is truncated or of another format`,
    );
  }
  return Number(length);
}

/** Reads and checks the header: every one of the bytes of data belongs to exactly one tensor. Throws DataError. */
export function parseHeader(bytes: Uint8Array, dataBytes: number): Header {
  const entries: Entry[] = [];
  let metadata = withoutPrototype({});
  for (const [name, value] of Object.entries(parseJson(bytes))) {
    if (name === metadataKey) metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  checkCoverage(entries, dataBytes);
  return { entries, metadata };
}

/** An object without a prototype, so that absent keys are not found in `Object.prototype`. */
const withoutPrototype = (values: object): Record<string, string> =>
  Object.assign(Object.create(null), values);

const openingBrace = 0x7b;

function parseJson(bytes: Uint8Array): object {
  if (bytes[0] !== openingBrace) {
    throw new DataError(
      `safetensors: header: found ${bytes.length === 0 ? "nothing" : `the byte ${bytes[0]}`} at its beginning, expected "{"`,
    );
  }
  // Browsers do not decode shared memory, so it is copied.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const text = parseWellFormed(() => decoder.decode(new Uint8Array(bytes)));
  checkNesting(text, "safetensors: header");
  const parsed = parseWellFormed(() => JSON.parse(text) as object);
  checkUniqueKeys(text, "safetensors: header");
  return parsed;
}

function parseWellFormed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (cause) {
    throw new DataError("safetensors: header: found invalid JSON, expected JSON in UTF-8", { cause });
  }
}

const longestName = 200;

/** Quotes a name for messages, so that it cannot send control sequences to a terminal. */
export const quote = (name: string): string =>
  JSON.stringify(name.length > longestName ? `${name.slice(0, longestName)}...` : name);

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new DataError(`safetensors: ${what}: found ${describeValue(value)}, expected an object`);
  }
  return value as Record<string, unknown>;
}

function readMetadata(value: unknown): Record<string, string> {
  const metadata = asObject(value, metadataKey);
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== "string") {
      throw new DataError(
        `safetensors: ${metadataKey}: ${quote(key)}: found ${describeValue(text)}, expected text`,
      );
    }
  }
  return withoutPrototype(metadata);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Whether the number of elements is a safe integer. Zeros are excluded from the product, so that a dimension of 0 does
 * not hide others that are too large.
 */
const isCountable = (shape: readonly number[]): boolean =>
  Number.isSafeInteger(shape.reduce((size, dimension) => size * (dimension || 1), 1));

const isElementWord = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Z][A-Z0-9_]{0,30}$/.test(value);

function readEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = asObject(value, quote(name));
  const refuse = (field: string, found: unknown, expected: string): never => {
    throw new DataError(
      `safetensors: ${quote(name)}: ${field}: found ${describeValue(found)}, expected ${expected}`,
    );
  };
  if (!isElementWord(dtype)) return refuse("dtype", dtype, "an element type such as F32");
  if (!Array.isArray(shape) || !shape.every(isCount)) return refuse("shape", shape, "non-negative integers");
  if (!isCountable(shape)) return refuse("shape", shape, `at most ${Number.MAX_SAFE_INTEGER} elements`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    return refuse("data_offsets", offsets, "two byte positions");
  }
  const [begin, end] = offsets as [number, number];
  checkBytes(name, dtype, shape, end - begin);
  return { name, type: dtype, shape, begin, end };
}

/** Checks the number of bytes of a tensor. For unknown element types, only the offsets determine it. */
function checkBytes(name: string, type: string, shape: readonly number[], found: number): void {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const expected = isElementType(type) ? (size * countElementBits(type)) / 8 : Math.max(found, 0);
  if (found !== expected) {
    throw new DataError(
      `safetensors: ${quote(name)}: found ${found} bytes of data, expected ${expected} for ${type} ${formatShape(shape)}`,
    );
  }
}

function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      throw new DataError(
        `safetensors: ${quote(name)}: found data at byte ${begin}, expected ${covered}: tensors overlap or leave a gap`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new DataError(
      `safetensors: found ${dataBytes} bytes of data, expected ${covered}: the file is truncated or has extra bytes`,
    );
  }
}
