import { gzipSync } from "node:zlib";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cifar100Classes, readCifar10, readCifar100, readIdx, readIdxImages } from "../src/index.ts";

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
  it("reads plain and gzipped arrays", async () => {
    const plain = idx([2, 3, 4], pixels);
    for (const bytes of [plain, gzipSync(plain)]) {
      const array = await readIdx(bytes);
      expect(array.shape).toEqual([2, 3, 4]);
      expect([...array.data]).toEqual([...pixels]);
    }
  });

  it("names what is wrong with a header or a length", async () => {
    await expect(readIdx(new Uint8Array(3))).rejects.toThrow(/found 3 bytes, expected an idx header/);
    await expect(readIdx(new Uint8Array([0, 0, 10, 1, 0, 0, 0, 0]))).rejects.toThrow(
      /found the idx header 00 00 0a 01, expected 00 00, a type \(08, 09, 0b, 0c, 0d, 0e\)/,
    );
    await expect(readIdx(new Uint8Array([0, 0, 8, 0, 7]))).rejects.toThrow(
      /found the idx header 00 00 08 00/,
    );
    await expect(readIdx(idx([2, 3, 4], pixels).subarray(0, 30))).rejects.toThrow(
      /found 14 bytes of data, expected 24/,
    );
  });

  it.each([
    ["i8", 9, Int8Array.of(-1, 127), [255, 127]],
    ["i16", 11, Int16Array.of(-2, 258), [255, 254, 1, 2]],
    ["i32", 12, Int32Array.of(-2, 16909060), [255, 255, 255, 254, 1, 2, 3, 4]],
    ["f32", 13, Float32Array.of(1, -2.5), [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0]],
    ["f64", 14, Float64Array.of(1, -2), [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0]],
  ] as const)("reads elements of %s", async (_, code, expected, data) => {
    const plain = Uint8Array.of(0, 0, code, 1, 0, 0, 0, 2, ...data);
    for (const bytes of [plain, gzipSync(plain)]) {
      expect(await readIdx(bytes)).toEqual({ shape: [2], data: expected });
    }
  });

  it("decompresses no more than its header announces", async () => {
    const bomb = gzipSync(idx([2, 3, 4], new Uint8Array(10_000_000)));
    await expect(readIdx(bomb, "bomb")).rejects.toThrow(/bomb: found more than 40 bytes after decompression/);
    const claims = gzipSync(idx([2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], new Uint8Array(0)));
    await expect(readIdx(claims)).rejects.toThrow(
      /found the shape \[4294967295, .* expected at most 1073741824/,
    );
    const many = new Array<number>(40).fill(2 ** 32 - 1);
    for (const shape of [many, [...many, 0], [0, ...many]]) {
      for (const bytes of [idx(shape, new Uint8Array(0)), gzipSync(idx(shape, new Uint8Array(0)))]) {
        const reading = readIdx(bytes);
        await expect(reading).rejects.toThrow(DataError);
        await expect(reading).rejects.toThrow(
          /found the shape \[[\d, ]{1,99}\.\.\.\] of \S+ bytes, expected at most/,
        );
      }
    }
    expect(await readIdx(idx([0, 28, 28], new Uint8Array(0)))).toMatchObject({ shape: [0, 28, 28] });
    await expect(readIdx(gzipSync(idx([2, 3, 4], pixels.subarray(1))))).rejects.toThrow(
      /found 23 bytes of data, expected 24/,
    );
  });

  it("reads labels of more classes than a byte can represent", async () => {
    const classes = Array.from({ length: 1000 }, (_, index) => `class ${index}`);
    const labels = Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 2, 0, 0, 3, 231, 0, 0, 0, 1);
    const description = { name: "many", classes };
    const images = idx([2, 3, 4], pixels);
    expect([...(await readIdxImages({ images, labels }, description)).labels]).toEqual([999, 1]);
    const wide = Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 2, 255, 255, 0, 1);
    await expect(readIdxImages({ images, labels: wide }, description)).rejects.toThrow(
      /label 0: found -1, expected 0 to 999/,
    );
  });

  it("rejects images and labels that do not match, and labels without a class", async () => {
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
    const fractions = Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    await expect(readIdxImages({ images, labels: fractions }, description)).rejects.toThrow(
      /labels in a Float32Array, expected unsigned bytes and integers/,
    );
    await expect(
      readIdxImages(
        { images: idx([0, 0, 4], new Uint8Array(0)), labels: idx([0], new Uint8Array(0)) },
        description,
      ),
    ).rejects.toThrow(DataError);
    await expect(
      readIdxImages({ images, labels: images }, { ...description, class: [] } as never),
    ).rejects.toThrow(ArgumentError);
    await expect(readIdx("idx" as never)).rejects.toThrow(ArgumentError);
  });

  it("reads random bytes as an array or throws DataError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.boolean(), async (bytes, compress) => {
        await readIdx(compress ? gzipSync(bytes) : bytes).catch((error) => {
          expect(error).toBeInstanceOf(DataError);
        });
      }),
    );
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

  it("rejects an incomplete record and an unknown label", () => {
    expect(() => readCifar10([new Uint8Array(3072)])).toThrow(
      /file 0: found 3072 bytes, expected a multiple of 3073/,
    );
    expect(() => readCifar10([new Uint8Array(3073).fill(10)])).toThrow(/label 0: found 10, expected 0 to 9/);
  });

  it("reads random bytes as a set or throws DataError", () => {
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

describe("cifar100", () => {
  const record = Uint8Array.from({ length: 3074 }, (_, index) => (index === 0 ? 19 : index === 1 ? 99 : 7));

  it("reads fine and coarse labels", () => {
    const fine = readCifar100([record]);
    expect([fine.labels[0], fine.classes[99], fine.images.length]).toEqual([99, "worm", 3072]);
    const coarse = readCifar100([record, record], { labels: "coarse" });
    expect([...coarse.labels, coarse.classes[19]]).toEqual([19, 19, "vehicles_2"]);
    expect([cifar100Classes.fine.length, cifar100Classes.coarse.length]).toEqual([100, 20]);
  });

  it("rejects an incomplete record, a label without a class, and unknown options", () => {
    expect(() => readCifar100([new Uint8Array(3073)])).toThrow(/expected a multiple of 3074/);
    expect(() => readCifar100([new Uint8Array(3074).fill(20)], { labels: "coarse" })).toThrow(
      /label 0: found 20, expected 0 to 19/,
    );
    expect(() => readCifar100([record], { labels: "both" as never })).toThrow(ArgumentError);
    expect(() => readCifar100([record], { label: "fine" } as never)).toThrow(ArgumentError);
    expect(() => readCifar100(["record" as never])).toThrow(ArgumentError);
  });
});
