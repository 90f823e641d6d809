/** The remainder of a byte followed by 0, 1, 2 or 3 zero bytes. Four tables allow four bytes to be processed in one step. */
const remainders: readonly Int32Array[] = /* @__PURE__ */ computeRemainderTables();

/** The polynomial of gzip and zip, lowest bit first. */
function computeRemainderTables(): Int32Array[] {
  const tables = Array.from({ length: 4 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (const table of tables) {
      for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
      table[byte] = remainder;
    }
  }
  return tables;
}

/** The CRC-32 of bytes that follow data with the checksum `before` (RFC 1952, section 8). */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [first, second, third, fourth] = remainders as unknown as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  let checksum = ~before;
  let index = 0;
  for (; index + 4 <= bytes.length; index += 4) {
    checksum =
      fourth[(checksum ^ bytes[index]!) & 255]! ^
      third[((checksum >>> 8) ^ bytes[index + 1]!) & 255]! ^
      second[((checksum >>> 16) ^ bytes[index + 2]!) & 255]! ^
      first[(checksum >>> 24) ^ bytes[index + 3]!]!;
  }
  for (; index < bytes.length; index++) {
    checksum = first[(checksum ^ bytes[index]!) & 255]! ^ (checksum >>> 8);
  }
  return ~checksum >>> 0;
}
