import { DataError } from "@evenkeel/tensor";

/**
 * Decompresses gzip data, with the streams that browsers and Node share. Throws DataError for corrupt or truncated data and
 * as soon as the contents grow beyond `maxBytes`, so that a hostile file cannot fill the memory.
 */
export async function gunzip(
  compressed: Uint8Array,
  maxBytes: number,
  name = "gzip data",
): Promise<Uint8Array> {
  const stream = new Blob([compressed as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new DataError(
          `${name}: found more than ${maxBytes} bytes after decompression, expected at most that`,
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: found corrupt or truncated gzip data (${(error as Error).message})`, {
      cause: error,
    });
  }
  const contents = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    contents.set(chunk, offset);
    offset += chunk.length;
  }
  return contents;
}

/** Whether the bytes start like a gzip file (RFC 1952). */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
