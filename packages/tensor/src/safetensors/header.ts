import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/spec.ts";
import { bytesOfElement, fileDTypes, isFileDType } from "./elements.ts";
import type { FileDType } from "./stored-array.ts";

/** Where a tensor lies in the file. Offsets count from the end of the header. */
export interface Entry {
  readonly name: string;
  readonly type: FileDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What the header of a file says. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the data begins in the file. */
  readonly dataStart: number;
}

/** The reference implementation refuses longer headers too, so that a hostile one cannot exhaust the memory. */
const maxHeaderBytes = 100_000_000;
const lengthBytes = 8;
/** The name that is no tensor's. */
export const metadataKey = "__metadata__";

/** Reads and checks the header: every byte of the data belongs to exactly one tensor. Throws DataError. */
export function readHeader(file: Uint8Array): Header {
  const dataStart = lengthBytes + headerLength(file);
  const parsed = parseJson(file.subarray(lengthBytes, dataStart));
  const entries: Entry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === metadataKey) metadata = readMetadata(value);
    else entries.push(readEntry(name, value));
  }
  checkCoverage(entries, file.byteLength - dataStart);
  return { entries, metadata, dataStart };
}

function headerLength(file: Uint8Array): number {
  if (file.byteLength < lengthBytes) {
    throw new DataError(`safetensors: found ${file.byteLength} bytes, expected at least ${lengthBytes}`);
  }
  const length = new DataView(file.buffer, file.byteOffset, lengthBytes).getBigUint64(0, true);
  const available = Math.min(file.byteLength - lengthBytes, maxHeaderBytes);
  if (length > available) {
    throw new DataError(
      `safetensors: found a header of ${length} bytes, expected at most ${available}: the file is truncated or of another format`,
    );
  }
  return Number(length);
}

function parseJson(bytes: Uint8Array): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new DataError("safetensors: header: found text that is not JSON in UTF-8", { cause });
  }
  return asObject(parsed, "header");
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new DataError(`safetensors: ${what}: found ${describe(value)}, expected an object`);
  }
  return value as Record<string, unknown>;
}

/** A short piece of what the header says, for messages. */
function describe(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "nothing";
  } catch {
    // A hostile file nests more deeply than the stack is high.
    text = "deeply nested data";
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function readMetadata(value: unknown): Record<string, string> {
  const metadata = asObject(value, metadataKey);
  for (const [key, text] of Object.entries(metadata)) {
    if (typeof text !== "string") {
      throw new DataError(`safetensors: ${metadataKey}: "${key}": found ${describe(text)}, expected text`);
    }
  }
  return metadata as Record<string, string>;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function readEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = asObject(value, `"${name}"`);
  if (!isFileDType(dtype)) {
    throw new DataError(
      `safetensors: "${name}": dtype: found ${describe(dtype)}, expected one of ${fileDTypes.join(", ")}`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new DataError(
      `safetensors: "${name}": shape: found ${describe(shape)}, expected non-negative integers`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new DataError(
      `safetensors: "${name}": data_offsets: found ${describe(offsets)}, expected two byte positions`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * bytesOfElement(dtype);
  if (end - begin !== bytes) {
    throw new DataError(
      `safetensors: "${name}": found ${end - begin} bytes of data, expected ${bytes} for ${dtype} ${formatShape(shape)}`,
    );
  }
  return { name, type: dtype, shape, begin, end };
}

function checkCoverage(entries: readonly Entry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      throw new DataError(
        `safetensors: "${name}": found data at byte ${begin}, expected ${covered}: tensors overlap or leave a gap`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new DataError(
      `safetensors: found ${dataBytes} bytes of data, expected ${covered}: the file is truncated or has bytes to spare`,
    );
  }
}
