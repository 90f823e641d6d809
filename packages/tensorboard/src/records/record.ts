import { computeCrc32c } from "./crc32c.ts";

/** A checksum as TFRecord stores it, so that the checksum of data that contain checksums is not trivial. */
function computeMaskedCrc(bytes: Uint8Array): number {
  const crc = computeCrc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record of a TFRecord file: length (u64), checksum of the length, data, checksum of the data, all little-endian. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, computeMaskedCrc(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, computeMaskedCrc(data), true);
  return bytes;
}
