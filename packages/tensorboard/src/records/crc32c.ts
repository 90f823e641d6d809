/** The reversed polynomial of Castagnoli, which TFRecord files use. */
const polynomial = 0x82f63b78;

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

/** The CRC-32C of bytes. */
export function computeCrc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let remainder = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) {
    remainder = (remainder >>> 8) ^ table[(remainder ^ bytes[index]!) & 255]!;
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
