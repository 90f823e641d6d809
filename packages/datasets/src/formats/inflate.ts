import type { PrefixCode } from "./prefix-code.ts";
import { makePrefixCode } from "./prefix-code.ts";

/** A description of an error in deflated data, as a clause about the data: "it ends early". */
export class InflateError extends Error {}

/** The longest repetition of deflate. */
const longestMatch = 258;

/** The first length and the extra bits of the symbols 257 to 285: RFC 1951, section 3.2.5. */
const lengthBases = /* @__PURE__ */ Uint16Array.from([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]);
const lengthBits = /* @__PURE__ */ Uint8Array.from(lengthBases, (base, symbol) =>
  symbol < 8 || base === longestMatch ? 0 : (symbol >> 2) - 1,
);

/** The same for the distance symbols 0 to 29. */
const distanceBits = /* @__PURE__ */ Uint8Array.from({ length: 30 }, (_, symbol) =>
  Math.max(0, (symbol >> 1) - 1),
);
const distanceBases = /* @__PURE__ */ Uint16Array.from(distanceBits, (bits, symbol) =>
  symbol < 4 ? symbol + 1 : ((2 + (symbol & 1)) << bits) + 1,
);

/** The order in which a block lists the lengths of the code for code lengths: RFC 1951, section 3.2.7. */
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const fixedLengths = /* @__PURE__ */ Uint8Array.from({ length: 288 }, (_, symbol) =>
  symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
);

const endOfBlock = 256;

/** The largest number of literals that are written before more space is reserved. */
const longestRun = 4096;

/** The space that a run of literals and the following repetition need. */
const room = longestRun + longestMatch;

/**
 * Decompresses deflated data (RFC 1951) block by block. Engines differ in how they treat consecutive streams and data that
 * follow them; this class behaves the same everywhere.
 */
export class Inflater {
  /** The decompressed data, in its first `size` bytes. */
  output: Uint8Array;
  size = 0;
  private readonly input: Uint8Array;
  private readonly limit: number;
  private position = 0;
  private bits = 0;
  private bitCount = 0;
  /** The start of the stream in the output; references cannot point to data before it. */
  private start = 0;

  /** Decompression stops soon after `limit` bytes; `expected` is an estimate of the size. */
  constructor(input: Uint8Array, limit: number, expected: number) {
    this.input = input;
    this.limit = limit;
    this.output = new Uint8Array(Math.min(limit, expected) + room);
  }

  get isFull(): boolean {
    return this.size > this.limit;
  }

  /** Begins a stream at a byte position of the input. */
  begin(position: number): void {
    this.position = position;
    this.start = this.size;
  }

  /** Ends a stream and returns the position in the input after it. */
  end(): number {
    this.checkEnd();
    this.position -= this.bitCount >> 3;
    this.bits = this.bitCount = 0;
    return this.position;
  }

  /** Decompresses one block, or as much of it as the limit allows. Returns whether it is the last one of its stream. */
  readBlock(): boolean {
    const isLast = this.take(1) === 1;
    const kind = this.take(2);
    if (kind === 0) this.readStoredBlock();
    else if (kind === 1) this.readCodedBlock(makeCode(fixedLengths), makeCode(new Uint8Array(32).fill(5)));
    else if (kind === 2) this.readDynamicBlock();
    else throw new InflateError("it has a block of an unknown type");
    return isLast;
  }

  private readStoredBlock(): void {
    const from = this.end() + 4;
    const header = this.input.subarray(from - 4, from);
    if (header.length < 4) throw new InflateError("it ends early");
    const [low, high, notLow, notHigh] = header as unknown as [number, number, number, number];
    if ((low ^ notLow) !== 255 || (high ^ notHigh) !== 255) {
      throw new InflateError("it has a stored block whose length is wrong");
    }
    const length = low + 256 * high;
    this.position = from + length;
    const stored = this.input.subarray(from, from + Math.min(length, this.limit + 1 - this.size));
    this.reserve(stored.length);
    this.output.set(stored, this.size);
    this.size += stored.length;
  }

  private readDynamicBlock(): void {
    const literals = 257 + this.take(5);
    const distances = 1 + this.take(5);
    const lengthsOfLengths = new Uint8Array(codeLengthOrder.length);
    const listed = 4 + this.take(4);
    for (const symbol of codeLengthOrder.slice(0, listed)) lengthsOfLengths[symbol] = this.take(3);
    const lengths = this.readCodeLengths(literals + distances, makeCode(lengthsOfLengths));
    if (lengths[endOfBlock] === 0) throw new InflateError("it has a block without an end code");
    this.readCodedBlock(makeCode(lengths.subarray(0, literals)), makeCode(lengths.subarray(literals)));
  }

  private readCodeLengths(count: number, code: PrefixCode): Uint8Array {
    const lengths = new Uint8Array(count);
    for (let index = 0; index < count; ) {
      const symbol = this.readSymbol(code);
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      const length = symbol === 16 ? lengths[index - 1] : 0;
      const end =
        index + (symbol === 16 ? 3 + this.take(2) : symbol === 17 ? 3 + this.take(3) : 11 + this.take(7));
      if (length === undefined || end > count)
        throw new InflateError("it has an invalid list of code lengths");
      lengths.fill(length, index, end);
      index = end;
    }
    return lengths;
  }

  private readCodedBlock(literals: PrefixCode, distances: PrefixCode): void {
    while (this.size <= this.limit) {
      this.reserve(room);
      const symbol = this.readLiterals(literals);
      if (symbol === endOfBlock) return;
      if (symbol > endOfBlock) this.repeat(symbol - endOfBlock - 1, distances);
    }
  }

  /**
   * Writes literals until a symbol is not a literal or the space is used up, and returns the last symbol. Most of the
   * time is spent here; the numbers are local variables, so that engines keep them in registers.
   */
  private readLiterals({ table, longest }: PrefixCode): number {
    const { input, output } = this;
    let { size, position, bits, bitCount } = this;
    const mask = (1 << longest) - 1;
    const end = Math.min(size + longestRun, this.limit + 1);
    let entry = 0;
    while (size < end) {
      while (bitCount < 15) {
        bits |= input[position++]! << bitCount;
        bitCount += 8;
      }
      entry = table[bits & mask]!;
      bits >>>= entry & 15;
      bitCount -= entry & 15;
      if (entry >= endOfBlock << 4 || entry === 0) break;
      output[size++] = entry >> 4;
    }
    this.size = size;
    this.position = position;
    this.bits = bits;
    this.bitCount = bitCount;
    this.checkCode(entry);
    return entry >> 4;
  }

  private repeat(lengthSymbol: number, distances: PrefixCode): void {
    const length = lengthBases[lengthSymbol]! + this.take(lengthBits[lengthSymbol]!);
    const distanceSymbol = this.readSymbol(distances);
    const distance = distanceBases[distanceSymbol]! + this.take(distanceBits[distanceSymbol]!);
    const { output, size } = this;
    // An invalid symbol makes these NaN.
    if (!(length > 0 && distance <= size - this.start)) {
      throw new InflateError("it refers to data before its beginning");
    }
    for (let index = size; index < size + length; index++) output[index] = output[index - distance]!;
    this.size = size + length;
  }

  private readSymbol({ table, longest }: PrefixCode): number {
    this.refill();
    const entry = table[this.bits & ((1 << longest) - 1)]!;
    this.bits >>>= entry & 15;
    this.bitCount -= entry & 15;
    this.checkCode(entry);
    return entry >> 4;
  }

  private take(count: number): number {
    this.refill();
    const value = this.bits & ((1 << count) - 1);
    this.bits >>>= count;
    this.bitCount -= count;
    this.checkEnd();
    return value;
  }

  /** Makes at least 23 bits available, more than any code or number needs; beyond the input the bits are zero. */
  private refill(): void {
    while (this.bitCount < 23) {
      this.bits |= this.input[this.position++]! << this.bitCount;
      this.bitCount += 8;
    }
  }

  /** Throws if more bits were used than the input has; bits that are buffered but unused may lie beyond the end. */
  private checkEnd(): void {
    if (this.position - (this.bitCount >> 3) > this.input.length) throw new InflateError("it ends early");
  }

  /** Throws for a table entry without a code, and for a code that extends beyond the end of the input. */
  private checkCode(entry: number): void {
    this.checkEnd();
    if (entry !== 0) return;
    throw new InflateError(this.position > this.input.length ? "it ends early" : "it has an unknown code");
  }

  /** Ensures space for this many more bytes. */
  private reserve(bytes: number): void {
    if (this.size + bytes <= this.output.length) return;
    const grown = new Uint8Array(Math.min(2 * this.output.length + bytes, this.limit + room));
    grown.set(this.output.subarray(0, this.size));
    this.output = grown;
  }
}

function makeCode(lengths: Uint8Array): PrefixCode {
  const code = makePrefixCode(lengths);
  if (code === undefined) throw new InflateError("it has invalid code lengths");
  return code;
}
