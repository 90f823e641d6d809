/** The reversed polynomial of ISO 3309, which zip and PNG files use too. */
const polynomial = 0xedb88320;

let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
}

/** The CRC-32 of bytes that come in parts. It detects damage, but not deliberate changes. */
export function crc32(parts: Iterable<Uint8Array>): number {
  table ??= makeTable();
  let remainder = 0xffffffff;
  for (const bytes of parts) {
    for (let index = 0; index < bytes.length; index++) {
      remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[index]!) & 255]!;
    }
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
