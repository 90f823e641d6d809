import type { Entry } from "./header.ts";
import { lengthBytes, parseHeader, readHeaderLength } from "./header.ts";
import type { ReadOptions, Safetensors } from "./read.ts";
import { checkReadOptions, decodeArrays, selectEntries } from "./read.ts";

/** A source of bytes that is read in pieces: an open file, a Blob, or a server that supports ranges. */
export interface RangeSource {
  readonly byteLength: number;
  /** The bytes from `begin` to `end`, both within the source. */
  read(begin: number, end: number): Promise<Uint8Array>;
}

/** The parts of a Blob, such as a file that a user has chosen on a page. */
export const makeRangeSource = (blob: Blob): RangeSource => ({
  byteLength: blob.size,
  read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
});

/**
 * Reads a safetensors file that need not be in memory: its header, then the requested tensors, each into its
 * own memory. The rules are those of `readSafetensors`.
 *
 * @throws DataError for a file that is not complete and well-formed, and errors of the source
 * @example const { tensors } = await readSafetensorsRanges(makeRangeSource(input.files[0]), { names: ["fc.weight"] });
 */
export async function readSafetensorsRanges(
  source: RangeSource,
  options: ReadOptions = {},
): Promise<Safetensors> {
  checkReadOptions("readSafetensorsRanges", options);
  const { byteLength } = source;
  const start = await source.read(0, Math.min(byteLength, lengthBytes));
  const dataStart = lengthBytes + readHeaderLength(start, byteLength);
  const header = parseHeader(await source.read(lengthBytes, dataStart), byteLength - dataStart);
  const found = new Map<Entry, Uint8Array>();
  for (const entry of selectEntries(header, options)) {
    found.set(entry, await source.read(dataStart + entry.begin, dataStart + entry.end));
  }
  return decodeArrays(found, header);
}
