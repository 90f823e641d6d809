import { DataError, waitForNextTurn } from "@evenkeel/tensor";
import { checkOptions, checkValue, nonNegativeInteger, text } from "@evenkeel/tensor/checks";
import { checkBytes } from "./check-bytes.ts";
import { crc32 } from "./crc32.ts";
import { InflateError, Inflater } from "./inflate.ts";

export interface GunzipOptions {
  /** The largest size of the contents, so that a hostile file cannot fill the memory. */
  readonly maxBytes: number;
  /** The name of the data in errors. Default: `gzip data`. */
  readonly name?: string;
}

/**
 * Decompresses gzip data (RFC 1952) with the same result on every engine: consecutive members are joined, zeros after
 * them are skipped. For large data, it yields to the event loop every 20 ms.
 *
 * Throws DataError for damaged or truncated data, for anything that follows it, and as soon as the contents exceed
 * `maxBytes`; ArgumentError for wrong options.
 *
 * @example const bytes = await gunzip(compressed, { maxBytes: 2 ** 26 });
 */
export async function gunzip(compressed: Uint8Array, options: GunzipOptions): Promise<Uint8Array> {
  checkOptions<GunzipOptions>("gunzip", options, { maxBytes: nonNegativeInteger, name: text });
  const { maxBytes, name = "gzip data" } = options;
  checkValue("gunzip: maxBytes", maxBytes, nonNegativeInteger);
  const contents = await unpack(compressed, maxBytes, name);
  if (contents.length > maxBytes) {
    throw new DataError(
      `${name}: found more than ${maxBytes} bytes after decompression, expected at most ${maxBytes}`,
    );
  }
  return contents;
}

/** The first `bytes` bytes of the contents, or all of them if there are fewer. The rest is not read. */
export async function gunzipStart(compressed: Uint8Array, bytes: number, name: string): Promise<Uint8Array> {
  return (await unpack(compressed, bytes, name)).subarray(0, bytes);
}

/** Whether the bytes start like a gzip file. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The largest compression ratio of deflate: 258 bytes from two bits. */
const largestRatio = 1032;

const trailerBytes = 8;

/** The contents up to `limit` bytes, with at least one more byte if there are more. */
async function unpack(compressed: Uint8Array, limit: number, name: string): Promise<Uint8Array> {
  checkBytes(name, compressed);
  const claimed = compressed.length < 18 ? 0 : readTrailer(compressed, compressed.length - trailerBytes).size;
  const inflater = new Inflater(compressed, limit, Math.min(claimed, largestRatio * compressed.length));
  try {
    let position = 0;
    do {
      inflater.begin(position + countHeaderBytes(compressed.subarray(position)));
      position = findNextMember(compressed, await unpackMember(inflater, compressed));
    } while (position < compressed.length && !inflater.isFull);
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    throw new DataError(`${name}: found damaged gzip data: ${error.message}`);
  }
  return inflater.output.subarray(0, inflater.size);
}

const longestTurnMilliseconds = 20;

/** Decompresses one member and returns the position at which the next one may begin. */
async function unpackMember(inflater: Inflater, compressed: Uint8Array): Promise<number> {
  const start = inflater.size;
  let checksum = 0;
  let turn = performance.now();
  for (let isLast = false; !isLast; ) {
    const before = inflater.size;
    isLast = inflater.readBlock();
    if (inflater.isFull) return compressed.length;
    checksum = crc32(inflater.output.subarray(before, inflater.size), checksum);
    if (performance.now() - turn > longestTurnMilliseconds) {
      await waitForNextTurn();
      turn = performance.now();
    }
  }
  const end = inflater.end();
  const trailer = readTrailer(compressed, end);
  if (trailer.checksum !== checksum) throw new InflateError("its checksum does not match its contents");
  if (trailer.size !== (inflater.size - start) >>> 0) {
    throw new InflateError("its length field does not match its contents");
  }
  return end + trailerBytes;
}

function readTrailer(compressed: Uint8Array, position: number): { checksum: number; size: number } {
  if (position + trailerBytes > compressed.length) throw new InflateError("it ends early");
  const view = new DataView(compressed.buffer, compressed.byteOffset + position, trailerBytes);
  return { checksum: view.getUint32(0, true), size: view.getUint32(4, true) };
}

/** The flags of a header: RFC 1952, section 2.3.1. */
const flags = { headerChecksum: 2, extra: 4, name: 8, comment: 16, unknown: 0xe0 } as const;

/** The size of the fixed part of a header, before the fields that its flags announce. */
const fixedHeaderBytes = 10;

/** The length of the header at the beginning of the data. */
function countHeaderBytes(data: Uint8Array): number {
  if (!isGzip(data)) throw new InflateError("there is other data where a member should begin");
  if (data.length < fixedHeaderBytes) throw new InflateError("it ends early");
  const [, , method, present] = data as unknown as [number, number, number, number];
  if (method !== 8 || (present & flags.unknown) !== 0) {
    throw new InflateError("its header is of an unknown type");
  }
  let length = fixedHeaderBytes;
  if (present & flags.extra) length += 2 + (data[length]! | (data[length + 1]! << 8));
  for (const flag of [flags.name, flags.comment]) {
    if (present & flag) length = data.indexOf(0, length) + 1 || data.length + 1;
  }
  if (present & flags.headerChecksum) length += 2;
  if (length > data.length) throw new InflateError("it ends early");
  return length;
}

/** Skips the zeros that tapes and disk images append to a file. */
function findNextMember(compressed: Uint8Array, position: number): number {
  while (compressed[position] === 0) position++;
  return position;
}
