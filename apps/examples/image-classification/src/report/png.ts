import { crc32, deflateSync } from "node:zlib";

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG's color types, by the number of channels. */
const colorTypes = { 1: 0, 3: 2 } as const;

/** Encodes an image of one (gray) or three channels, channel-major, one byte per value, as a PNG file. */
export function encodePng(
  pixels: Uint8Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorTypes[channels as keyof typeof colorTypes]], 8);
  const rows = Buffer.alloc(height * (1 + width * channels));
  let at = 0;
  for (let row = 0; row < height; row++) {
    // The filter type of the row: none.
    at++;
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        rows[at++] = pixels[(channel * height + row) * width + column]!;
      }
    }
  }
  return Buffer.concat([
    signature,
    encodeChunk("IHDR", header),
    encodeChunk("IDAT", deflateSync(rows, { level: 9 })),
    encodeChunk("IEND", Buffer.alloc(0)),
  ]);
}

function encodeChunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
