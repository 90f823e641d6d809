import { expect, test } from "vitest";
import { computeCrc32c } from "./crc32c.ts";
import { encodeRecord } from "./record.ts";

test.each([
  // RFC 3720, appendix B.4.
  ["zeros", new Uint8Array(32), 0x8a9136aa],
  ["ones", new Uint8Array(32).fill(255), 0x62a8ab43],
  ["ascending bytes", Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ["digits", new TextEncoder().encode("123456789"), 0xe3069283],
  ["nothing", new Uint8Array(), 0],
])("the checksum of %s is that of the standard", (_, bytes, expected) => {
  expect(computeCrc32c(bytes)).toBe(expected);
});

test("a record has its length and its data, each with a masked checksum", () => {
  const record = encodeRecord(Uint8Array.of(7, 8, 9));
  const view = new DataView(record.buffer);
  expect(record).toHaveLength(19);
  expect(view.getBigUint64(0, true)).toBe(3n);
  expect([...record.subarray(12, 15)]).toEqual([7, 8, 9]);
  const unmask = (masked: number) => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  expect(unmask(view.getUint32(8, true))).toBe(computeCrc32c(record.subarray(0, 8)));
  expect(unmask(view.getUint32(15, true))).toBe(computeCrc32c(record.subarray(12, 15)));
});
