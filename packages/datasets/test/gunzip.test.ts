import { constants, deflateSync, gunzipSync, gzipSync } from "node:zlib";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { crc32 } from "../src/formats/crc32.ts";
import { gunzip } from "../src/index.ts";

const maxBytes = 1e6;

/** Bytes of a text with few symbols, so that codes, repetitions and long codes all occur. */
function compressible(length: number, symbols: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0, state = 1; index < length; index++) {
    state = (state * 48271) % 2147483647;
    bytes[index] = (state / 2147483647) ** 4 * symbols;
  }
  return bytes;
}

const whole = gzipSync(Buffer.from("a sound file, a sound file"));

describe("the output of gzip", () => {
  it.each([
    ["stored", { level: 0 }],
    ["fixed codes", { strategy: constants.Z_FIXED }],
    ["codes without repetitions", { strategy: constants.Z_HUFFMAN_ONLY }],
    ["runs", { strategy: constants.Z_RLE }],
    ["fast", { level: 1 }],
    ["best", { level: 9, memLevel: 9 }],
    ["small blocks", { memLevel: 1 }],
  ] as const)("is read: %s", async (_, options) => {
    for (const [length, symbols] of [
      [0, 1],
      [1, 256],
      [100_000, 2],
      [200_000, 256],
      [70_000, 20],
    ] as const) {
      const contents = compressible(length, symbols);
      const unpacked = await gunzip(gzipSync(contents, options), { maxBytes });
      expect(Buffer.compare(unpacked, contents)).toBe(0);
    }
  });

  it("is decompressed for any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        async (parts) => {
          const bytes = Buffer.concat([...parts, ...parts]);
          const members = [...parts, ...parts].map((part) => gzipSync(part));
          expect(Buffer.compare(await gunzip(gzipSync(bytes), { maxBytes }), bytes)).toBe(0);
          expect(Buffer.compare(await gunzip(Buffer.concat(members), { maxBytes }), bytes)).toBe(0);
        },
      ),
    );
  });
});

describe("the result is the same on every engine", () => {
  const text = "a sound file, a sound file";
  const unpackedText = async (bytes: Uint8Array) => Buffer.from(await gunzip(bytes, { maxBytes })).toString();

  it.each([
    ["members in a row", Buffer.concat([whole, whole]), text + text],
    ["an empty member", Buffer.concat([whole, gzipSync(Buffer.alloc(0))]), text],
    ["zeros behind", Buffer.concat([whole, Buffer.alloc(512)]), text],
    ["zeros between", Buffer.concat([whole, Buffer.alloc(3), whole]), text + text],
  ])("%s", async (_, bytes, expected) => {
    expect(await unpackedText(bytes)).toBe(expected);
  });

  it("all fields of a header", async () => {
    const header = Buffer.from([0x1f, 0x8b, 8, 0x1e, 1, 2, 3, 4, 0, 3, 2, 0, 9, 9]);
    const named = Buffer.concat([header, Buffer.from("name\0comment\0"), Buffer.from([0, 0])]);
    named.writeUInt16LE(crc32(named.subarray(0, -2)) & 0xffff, named.length - 2);
    const file = Buffer.concat([named, whole.subarray(10)]);
    expect(gunzipSync(file).toString()).toBe(text);
    expect(await unpackedText(file)).toBe(text);
  });

  describe("without a stream of the platform", () => {
    afterEach(() => {
      vi.unstubAllGlobals();
    });

    it("as in browsers whose streams are not iterable", async () => {
      vi.stubGlobal("DecompressionStream", undefined);
      vi.stubGlobal("ReadableStream", undefined);
      expect(await unpackedText(whole)).toBe(text);
    });
  });
});

describe("damaged data are rejected with a reason", () => {
  const truncated = /^gzip data: found damaged gzip data: it ends early$/;

  it.each([
    [
      "garbage behind",
      Buffer.concat([whole, Buffer.from("garbage!")]),
      /there is other data where a member should begin/,
    ],
    ["nothing", Buffer.alloc(0), /other data where a member should begin/],
    ["zlib in its place", deflateSync("contents"), /other data where a member should begin/],
    ["a web page", Buffer.from("<!doctype html>"), /other data where a member should begin/],
    ["no trailer", whole.subarray(0, -8), truncated],
    ["a member that ends early", Buffer.concat([whole, whole.subarray(0, -1)]), truncated],
    ["a header alone", whole.subarray(0, 10), truncated],
    ["a part of a header", whole.subarray(0, 3), truncated],
    ["a name without an end", Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3, 65, 65]), truncated],
    ["another method", Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 3]), /header is of an unknown type/],
    [
      "a block of an unknown type",
      Buffer.concat([whole.subarray(0, 10), Buffer.alloc(20, 7)]),
      /a block of an unknown type/,
    ],
  ])("%s", async (_, bytes, reason) => {
    await expect(gunzip(bytes, { maxBytes })).rejects.toThrow(reason);
    await expect(gunzip(bytes, { maxBytes })).rejects.toThrow(DataError);
  });

  it("a wrong checksum and a wrong length", async () => {
    const [checksum, length] = [Buffer.from(whole), Buffer.from(whole)];
    checksum[whole.length - 5]! ^= 1;
    length[whole.length - 1]! ^= 1;
    await expect(gunzip(checksum, { maxBytes })).rejects.toThrow(/its checksum does not match its contents/);
    await expect(gunzip(length, { maxBytes })).rejects.toThrow(
      /its length field does not match its contents/,
    );
  });

  it("truncation at every position", async () => {
    for (const [contents, options] of [
      [compressible(900, 40), {}],
      [compressible(900, 2), {}],
      [compressible(500, 256), { strategy: constants.Z_FIXED }],
      [compressible(500, 256), { strategy: constants.Z_HUFFMAN_ONLY }],
      [compressible(300, 256), { level: 0 }],
    ] as const) {
      const bytes = gzipSync(contents, options);
      for (let length = 2; length < bytes.length; length++) {
        for (const maxBytes of [contents.length, 2 ** 20]) {
          await expect(gunzip(bytes.subarray(0, length), { maxBytes })).rejects.toThrow(truncated);
        }
      }
    }
  });

  it("a flipped bit at every position, unless nothing depends on it", async () => {
    const contents = compressible(400, 30);
    for (const options of [{}, { strategy: constants.Z_FIXED }, { level: 0 }]) {
      const bytes = gzipSync(contents, options);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        const unpacked = await gunzip(flipped, { maxBytes }).catch((error) => error);
        if (unpacked instanceof Uint8Array) expect(Buffer.compare(unpacked, contents)).toBe(0);
        else expect(unpacked).toBeInstanceOf(DataError);
      }
    }
  });

  it("random bytes after a header, in agreement with zlib", async () => {
    const header = whole.subarray(0, 10);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
        const bytes = Buffer.concat([header, noise]);
        expect(() => gunzipSync(bytes)).toThrow();
        await expect(gunzip(bytes, { maxBytes })).rejects.toThrow(DataError);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the limit", () => {
  it("is exact, however large a size the data claim", async () => {
    for (const level of [0, 6]) {
      const compressed = gzipSync(Buffer.alloc(100_000), { level });
      expect((await gunzip(compressed, { maxBytes: 100_000 })).length).toBe(100_000);
      await expect(gunzip(compressed, { maxBytes: 99_999, name: "zeros" })).rejects.toThrow(
        /^zeros: found more than 99999 bytes after decompression/,
      );
    }
    const members = Buffer.concat([gzipSync(Buffer.alloc(60)), gzipSync(Buffer.alloc(60))]);
    await expect(gunzip(members, { maxBytes: 100 })).rejects.toThrow(/more than 100 bytes/);
    const claim = Buffer.from(whole);
    claim.writeUInt32LE(2 ** 32 - 1, claim.length - 4);
    await expect(gunzip(claim, { maxBytes: 2 ** 40 })).rejects.toThrow(/its length field does not match/);
  });

  it("is required, and so are bytes", async () => {
    await expect(gunzip(whole, { maxBytes: -1 })).rejects.toThrow(ArgumentError);
    await expect(gunzip(whole, { maxBytes, limit: 2 } as never)).rejects.toThrow(ArgumentError);
    await expect(gunzip("text" as never, { maxBytes })).rejects.toThrow(ArgumentError);
  });
});
