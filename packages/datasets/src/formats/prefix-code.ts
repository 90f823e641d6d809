/** A prefix code of deflate as a table: the next `longest` bits of the data lead to `symbol << 4 | length`, or to 0. */
export interface PrefixCode {
  readonly table: Uint16Array;
  readonly longest: number;
}

/**
 * The canonical code for the given lengths, one for each symbol, 0 for a symbol without a code (RFC 1951, section
 * 3.2.2). Undefined if the lengths form no code: too many codes for their number of bits, or too few while more than
 * one symbol has a code.
 */
export function makePrefixCode(lengths: Uint8Array): PrefixCode | undefined {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const counts = new Uint16Array(longest + 2);
  for (const length of lengths) if (length > 0) counts[length + 1]!++;
  const next = new Uint16Array(longest + 2);
  let left = 1;
  for (let length = 1; length <= longest; length++) {
    next[length] = (next[length - 1]! + counts[length]!) << 1;
    left = 2 * left - counts[length + 1]!;
    if (left < 0) return undefined;
  }
  if (left > 0 && longest > 1) return undefined;
  const table = new Uint16Array(1 << longest);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const code = reverseBits(next[length]!++, length);
    for (let index = code; index < table.length; index += 1 << length) table[index] = (symbol << 4) | length;
  });
  return { table, longest };
}

/** Codes are stored with their highest bit first. */
function reverseBits(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
