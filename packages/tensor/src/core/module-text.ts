import type { Bytes } from "../expression/storage.ts";

/**
 * WebAssembly modules as text for embedding in JavaScript, which web servers compress nearly as well as the bytes: each
 * of the most common bytes is one character, each of the others is two. Base64 would misalign repetitions, and
 * hexadecimal would double their length.
 */
const letters: string = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))
  .join("")
  .replace(/["\\]/g, "");
/** The bytes that one character represents: the most common ones in the kernels of this repository. */
const common: readonly number[] = [
  0x20, 0x00, 0x01, 0xfd, 0x02, 0x04, 0x41, 0x21, 0x0b, 0x6a, 0x03, 0x22, 0x0c, 0x40, 0x10, 0x08, 0x7f, 0x05,
  0x0d, 0x06, 0x6c, 0x0a, 0x09, 0x74, 0x1b, 0x0e, 0x0f, 0x07, 0x12, 0x13, 0x14, 0xe4, 0x11, 0xe6, 0x18, 0x28,
  0x15, 0x1c, 0x1d, 0x16, 0x1a, 0x6b, 0x17, 0x80, 0x19, 0x49, 0x1f, 0x3f, 0x7b, 0x1e, 0x4b, 0x46, 0xa2, 0x4a,
  0x48, 0x6d, 0x36, 0x2a, 0x44, 0x39, 0xa0, 0xe5, 0x50, 0x2b, 0x45, 0x6f, 0x24, 0x56, 0xff, 0x6e, 0xd0, 0x38,
  0x42, 0x72, 0x60, 0x43, 0xbb, 0x5a, 0x65, 0x71, 0xb6, 0x30, 0x23, 0x61, 0x2d, 0xc0, 0x29, 0x4f, 0x70, 0x27,
  0x52,
];
const singles: number = common.length;

/**
 * All bytes in the order of their codes: the characters `singles` and `singles + 1` are prefixes that select the later
 * groups.
 */
const listBytesInOrder = (): number[] => [
  ...common,
  ...Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !common.includes(byte)),
];

export function encodeModule(bytes: Uint8Array): string {
  const order = listBytesInOrder();
  let text = "";
  for (const byte of bytes) {
    const place = order.indexOf(byte);
    const shelf = Math.floor(place / singles);
    if (shelf > 0) text += letters[singles + shelf - 1];
    text += letters[place % singles];
  }
  return text;
}

/** The bytes of a kernel's `module`. */
export function decodeModule(text: string): Bytes {
  const order = listBytesInOrder();
  const bytes = new Uint8Array(text.length);
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const first = letters.indexOf(text[at]!);
    const place = first < singles ? first : (first - singles + 1) * singles + letters.indexOf(text[++at]!);
    bytes[count++] = order[place]!;
  }
  return bytes.slice(0, count);
}
