import { gzipSync } from "node:zlib";
import { DataError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gunzip, readCifar10, readIdx, readIdxImages } from "../src/index.ts";

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, 0x0800 + shape.length);
  shape.forEach((dimension, axis) => {
    header.setUint32(4 + 4 * axis, dimension);
  });
  return new Uint8Array([...new Uint8Array(header.buffer), ...data]);
}

const pixels = Uint8Array.from({ length: 24 }, (_, index) => index * 10);

describe("idx", () => {
  it("reads plain and gzipped arrays alike", async () => {
    const plain = idx([2, 3, 4], pixels);
    for (const bytes of [plain, gzipSync(plain)]) {
      const array = await readIdx(bytes);
      expect(array.shape).toEqual([2, 3, 4]);
      expect([...array.data]).toEqual([...pixels]);
    }
  });

  it("names what is wrong with a header or a length", async () => {
    await expect(readIdx(new Uint8Array(3))).rejects.toThrow(/found 3 bytes, expected an idx header/);
    await expect(readIdx(new Uint8Array([0, 0, 13, 1, 0, 0, 0, 0]))).rejects.toThrow(
      /found the idx header 00 00 0d 01/,
    );
    await expect(readIdx(idx([2, 3, 4], pixels).subarray(0, 30))).rejects.toThrow(
      /found 14 bytes of data, expected 24/,
    );
  });

  it("refuses images and labels that do not belong together, and labels without a class", async () => {
    const images = idx([2, 3, 4], pixels);
    const description = { name: "pair", classes: ["a", "b"] };
    await expect(readIdxImages({ images, labels: idx([3], new Uint8Array(3)) }, description)).rejects.toThrow(
      /images \[2, 3, 4\] and labels \[3\]/,
    );
    await expect(
      readIdxImages({ images, labels: idx([2], new Uint8Array([1, 2])) }, description),
    ).rejects.toThrow(/label 1: found 2, expected 0 to 1/);
    const set = await readIdxImages({ images, labels: idx([2], new Uint8Array([1, 0])) }, description);
    expect(set.imageShape).toEqual([1, 3, 4]);
  });

  it("answers random bytes with an array or a DataError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (bytes, compress) => {
        await readIdx(compress ? gzipSync(bytes) : bytes).catch((error) => {
          expect(error).toBeInstanceOf(DataError);
        });
      }),
    );
  });
});

describe("gzip", () => {
  it("answers truncated and flipped data with a DataError, and stops at the limit", async () => {
    const compressed = gzipSync(new Uint8Array(100_000));
    await expect(gunzip(compressed.subarray(0, 40), 2e5)).rejects.toThrow(DataError);
    const damaged = Uint8Array.from(compressed);
    damaged[damaged.length - 5]! ^= 255;
    await expect(gunzip(damaged, 2e5)).rejects.toThrow(DataError);
    await expect(gunzip(compressed, 99_999)).rejects.toThrow(/more than 99999 bytes/);
    expect((await gunzip(compressed, 100_000)).length).toBe(100_000);
  });
});

describe("cifar10", () => {
  it("joins the records of several files", () => {
    const record = (label: number): Uint8Array =>
      Uint8Array.from({ length: 3073 }, (_, index) => (index === 0 ? label : label + 1));
    const set = readCifar10([new Uint8Array([...record(3), ...record(9)]), record(0)]);
    expect([...set.labels]).toEqual([3, 9, 0]);
    expect(set.images[3072]).toBe(10);
    expect(set.imageShape).toEqual([3, 32, 32]);
  });

  it("refuses a part of a record and an unknown label", () => {
    expect(() => readCifar10([new Uint8Array(3072)])).toThrow(
      /file 0: found 3072 bytes, expected a multiple of 3073/,
    );
    expect(() => readCifar10([new Uint8Array(3073).fill(10)])).toThrow(/label 0: found 10, expected 0 to 9/);
  });

  it("answers random bytes with a set or a DataError", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 4000, size: "max" }), { maxLength: 2 }), (files) => {
        try {
          readCifar10(files);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });
});
