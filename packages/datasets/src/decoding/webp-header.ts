import { DataError } from "@evenkeel/tensor";

/** The places of the first chunk's kind and of its contents: RIFF, size, WEBP, kind, size. */
const kindPlace = 12;
const contents = 20;

const readName = (bytes: Uint8Array, place: number): string =>
  String.fromCharCode(...bytes.subarray(place, place + 4));

export const isWebp = (bytes: Uint8Array): boolean =>
  readName(bytes, 0) === "RIFF" && readName(bytes, 8) === "WEBP";

/**
 * The size of the image of a WebP file, from its first chunk (RFC 9649): VP8 (lossy), VP8L (lossless) or VP8X (with further
 * chunks). Throws DataError for an animation, and for a file that ends before the size.
 */
export function readWebpSize(bytes: Uint8Array, name: string): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = readName(bytes, kindPlace);
  if (bytes.length < contents + 10) {
    throw new DataError(`${name}: found a damaged WebP file: it ends before the size of the image`);
  }
  if (kind === "VP8 ") {
    // A frame tag of 3 bytes and a start code of 3; the upper two bits of each size are a scale for display.
    const read = (place: number): number => view.getUint16(contents + place, true) & 0x3fff;
    return { width: read(6), height: read(8) };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(contents + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (kind === "VP8X") {
    const isAnimated = (bytes[contents]! & 2) !== 0;
    if (isAnimated) throw new DataError(`${name}: found an animated WebP file, expected one image`);
    // Sizes less one, of 24 bits each.
    const read = (place: number): number => view.getUint16(place, true) + 65536 * bytes[place + 2]!;
    return { width: read(contents + 4) + 1, height: read(contents + 7) + 1 };
  }
  throw new DataError(`${name}: found a damaged WebP file: its first chunk is ${JSON.stringify(kind)}`);
}
