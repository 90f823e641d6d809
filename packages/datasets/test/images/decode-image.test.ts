import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeImage, readPixels, setJpegModule, setWebpModule } from "../../src/decoding/index.ts";
import type { Picture } from "../../src/index.ts";
import { colorJpeg, grayJpeg, makePng, webpFiles, withOrientation } from "./sample-images.ts";

const digest = ({ data }: Picture): string => createHash("sha256").update(data).digest("hex").slice(0, 16);

describe("WebP", () => {
  /** Digests of what dwebp 1.2.4 decodes, each channel after the other. */
  it.each([
    ["lossless", "4687d4a96bb14012", "8f5db2bc4a15963f"],
    ["lossy", "9b1bfeeedad91ef0", "64205cf7b1c8b93f"],
    ["alpha", "151325ad57b0be12", "ad5753711258dbcd"],
  ] as const)("%s has the pixels of libwebp", async (kind, colors, withAlpha) => {
    const picture = await decodeImage(webpFiles[kind]!);
    expect([picture.shape, digest(picture)]).toEqual([[3, 13, 19], colors]);
    expect(digest(await decodeImage(webpFiles[kind]!, { channels: 4 }))).toBe(withAlpha);
  });

  it("without loss has exactly the pixels that were encoded", async () => {
    const { data } = await decodeImage(webpFiles.lossless!);
    const expected = Uint8Array.from({ length: 741 }, (_, index) => {
      const [y, x] = [Math.floor((index % 247) / 19), index % 19];
      return [13 * x, 19 * y, 3 * x * y][Math.floor(index / 247)]!;
    });
    expect(data).toEqual(expected);
  });

  it("that is damaged, animated or too large is a DataError that names the file, and the next one is decoded", async () => {
    const refuse = async (bytes: Uint8Array, message: RegExp, options = {}): Promise<void> => {
      const decoding = decodeImage(bytes, { name: "photo.webp", ...options });
      await expect(decoding).rejects.toThrow(DataError);
      await expect(decoding).rejects.toThrow(message);
    };
    for (const bytes of Object.values(webpFiles)) {
      for (const length of [12, 16, 25, 29, 40, bytes.length - 20]) {
        await refuse(bytes.subarray(0, length), /^photo\.webp: found /);
      }
      await refuse(bytes, /^photo\.webp: found 19 x 13 pixels, expected .* at most 200$/, { maxPixels: 200 });
      expect((await decodeImage(bytes)).shape).toEqual([3, 13, 19]);
    }
    const animated = webpFiles.alpha!.slice();
    animated[20]! |= 2;
    await refuse(animated, /found an animated WebP file/);
  });

  it("has a module that a program can set", () => {
    expect(() => setWebpModule({} as never)).toThrow("setWebpModule: module: found");
  });
});

describe("JPEG", () => {
  /** Digests of what Pillow 12.3 decodes, with `ImageOps.exif_transpose`, each channel after the other. */
  const pillow = "4f32363c022bc6e9";
  const turned = [
    pillow,
    "0d9fa424b43e6d4d",
    "e52bcf7e752f3be0",
    "279348f01fb5cfdf",
    "0d27c16116db41b3",
    "2332917cae9a8f7f",
    "2378518a07d4f8f3",
    "ecaa8668bdd8f102",
  ];

  it("has the pixels of Pillow, with as many channels as are asked for", async () => {
    const picture = await decodeImage(colorJpeg);
    expect([picture.shape, digest(picture)]).toEqual([[3, 13, 19], pillow]);
    const gray = await decodeImage(colorJpeg, { channels: 1 });
    expect([gray.shape, digest(gray)]).toEqual([[1, 13, 19], "fd0cc57d73b088a8"]);
    const withAlpha = await decodeImage(colorJpeg, { channels: 4 });
    expect(withAlpha.data.subarray(0, picture.data.length)).toEqual(picture.data);
    expect(new Set(withAlpha.data.subarray(picture.data.length))).toEqual(new Set([255]));
    expect(digest(await decodeImage(grayJpeg, { channels: 1 }))).toBe("01dc7fbfc70e291d");
    const colors = await decodeImage(grayJpeg);
    expect(colors.data.subarray(0, 247)).toEqual(colors.data.subarray(494));
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("is turned as orientation %i says", async (orientation) => {
    for (const isLittle of [true, false]) {
      const picture = await decodeImage(withOrientation(colorJpeg, orientation, isLittle));
      expect(picture.shape).toEqual(orientation < 5 ? [3, 13, 19] : [3, 19, 13]);
      expect(digest(picture)).toBe(turned[orientation - 1]);
    }
  });

  it("with an unknown orientation or a damaged directory is upright", async () => {
    expect(digest(await decodeImage(withOrientation(colorJpeg, 9)))).toBe(pillow);
    const damaged = withOrientation(colorJpeg, 6);
    damaged[16] = 200;
    expect(digest(await decodeImage(damaged))).toBe(pillow);
  });

  it("that is damaged is a DataError that names the file, and the next one is decoded", async () => {
    for (const length of [3, 30, 200, 400, colorJpeg.length - 20]) {
      const decoding = decodeImage(colorJpeg.subarray(0, length), { name: "photo.jpg" });
      await expect(decoding).rejects.toThrow(DataError);
      await expect(decoding).rejects.toThrow(/^photo\.jpg: found /);
    }
    expect(digest(await decodeImage(colorJpeg))).toBe(pillow);
  });

  it("several at a time do not disturb each other", async () => {
    const files = [colorJpeg, colorJpeg.subarray(0, 500), grayJpeg, colorJpeg];
    const results = await Promise.allSettled(files.map((file) => decodeImage(file)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  it("is decoded by a module that is set", async () => {
    const path = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
    setJpegModule(await WebAssembly.compile(readFileSync(path)));
    expect(digest(await decodeImage(colorJpeg))).toBe(pillow);
    expect(() => setJpegModule({} as never)).toThrow(ArgumentError);
  });
});

describe("PNG", () => {
  it.each([
    ["1 bit", { depth: 1, kind: 0, rows: [[0b10100000], [0b01000000]] }, [255, 0, 255, 0, 255, 0]],
    ["2 bits", { depth: 2, kind: 0, rows: [[0b00011000], [0b11000000]] }, [0, 85, 170, 255, 0, 0]],
    [
      "4 bits",
      {
        depth: 4,
        kind: 0,
        rows: [
          [0x01, 0xf0],
          [0x80, 0x70],
        ],
      },
      [0, 17, 255, 136, 0, 119],
    ],
    [
      "8 bits",
      {
        depth: 8,
        kind: 0,
        rows: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      [1, 2, 3, 4, 5, 6],
    ],
    [
      "16 bits",
      {
        depth: 16,
        kind: 0,
        rows: [
          [1, 255, 2, 0, 3, 0],
          [4, 0, 5, 0, 255, 255],
        ],
      },
      [1, 2, 3, 4, 5, 255],
    ],
  ] as const)("has grey of %s", async (_, png, expected) => {
    // biome-ignore format: rows of a table
    const picture = await decodeImage(makePng({ width: 3, height: 2, ...png }), { channels: 1 });
    expect(picture).toEqual({ data: Uint8Array.from(expected), shape: [1, 2, 3] });
  });

  it("has colours, alpha and palettes", async () => {
    const size = { width: 2, height: 1, depth: 8 } as const;
    const colors = makePng({ ...size, kind: 2, rows: [[1, 2, 3, 4, 5, 6]] });
    expect([...(await decodeImage(colors)).data]).toEqual([1, 4, 2, 5, 3, 6]);
    const withAlpha = makePng({ ...size, kind: 6, rows: [[1, 2, 3, 9, 4, 5, 6, 0]] });
    expect([...(await decodeImage(withAlpha)).data]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...(await decodeImage(withAlpha, { channels: 4 })).data]).toEqual([1, 4, 2, 5, 3, 6, 9, 0]);
    const grayAndAlpha = makePng({ ...size, kind: 4, rows: [[7, 100, 8, 200]] });
    expect([...(await decodeImage(grayAndAlpha, { channels: 4 })).data]).toEqual([
      7, 8, 7, 8, 7, 8, 100, 200,
    ]);
    const palette = makePng({
      width: 3,
      height: 2,
      depth: 2,
      kind: 3,
      rows: [[0b00011000], [0b10010000]],
      chunks: [
        ["PLTE", [10, 20, 30, 40, 50, 60, 70, 80, 90]],
        ["tRNS", [0, 128]],
      ],
    });
    expect([...(await decodeImage(palette, { channels: 4 })).data]).toEqual([
      10, 40, 70, 70, 40, 10, 20, 50, 80, 80, 50, 20, 30, 60, 90, 90, 60, 30, 0, 128, 255, 255, 128, 0,
    ]);
    const oneClear = makePng({
      ...size,
      width: 3,
      kind: 2,
      rows: [[1, 2, 3, 4, 5, 6, 7, 8, 9]],
      chunks: [["tRNS", [0, 4, 0, 5, 0, 6]]],
    });
    const { data } = await decodeImage(oneClear, { channels: 4 });
    expect([...data]).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9, 255, 0, 255]);
  });

  it("that is damaged is a DataError", async () => {
    const png = makePng({ width: 3, height: 2, depth: 8, kind: 0, rows: [[1, 2, 3], [4, 5, 6]] }); // biome-ignore format: one line
    for (const length of [8, 20, 30, 50, png.length - 13]) {
      const decoding = decodeImage(png.subarray(0, length), { name: "mask.png" });
      await expect(decoding, String(length)).rejects.toThrow(/^mask\.png: found /);
      await expect(decoding).rejects.toThrow(DataError);
    }
    const flipped = png.slice();
    flipped[45]! ^= 1;
    await expect(decodeImage(flipped)).rejects.toThrow(DataError);
    const short = makePng({ width: 3, height: 3, depth: 8, kind: 0, rows: [[1, 2, 3], [4, 5, 6]] }); // biome-ignore format: one line
    await expect(decodeImage(short)).rejects.toThrow(DataError);
  });
});

describe("other files", () => {
  it("are a DataError, and so are images of too many pixels", async () => {
    await expect(decodeImage(new Uint8Array(0))).rejects.toThrow(
      "image: found a file that begins with nothing, expected JPEG, PNG or WebP",
    );
    await expect(decodeImage(Uint8Array.from(Buffer.from("GIF89a")), { name: "a.gif" })).rejects.toThrow(
      "a.gif: found a file that begins with 47 49 46 38 39 61, expected JPEG, PNG or WebP",
    );
    await expect(decodeImage(colorJpeg, { maxPixels: 246 })).rejects.toThrow(
      "image: found 19 x 13 pixels, expected at least one and at most 246",
    );
    const huge = makePng({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, depth: 8, kind: 0, rows: [[0]] });
    await expect(decodeImage(huge)).rejects.toThrow(DataError);
    await expect(decodeImage("a.jpg" as never)).rejects.toThrow(ArgumentError);
    for (const wrong of [{ channels: 2 }, { maxPixels: 0 }, { mode: "RGB" }]) {
      await expect(decodeImage(colorJpeg, wrong as never)).rejects.toThrow(ArgumentError);
    }
  });

  it("of random changes decode or are a DataError", async () => {
    const png = makePng({ width: 3, height: 2, depth: 8, kind: 0, rows: [[1, 2, 3], [4, 5, 6]] }); // biome-ignore format: one line
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(png, colorJpeg),
        fc.nat(700),
        fc.nat(255),
        async (file, place, byte) => {
          const changed = file.slice();
          changed[place % file.length] = byte;
          await decodeImage(changed, { maxPixels: 2 ** 20 }).catch((error) => {
            expect(error).toBeInstanceOf(DataError);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("pixels of a page", () => {
  it("are those of an ImageData", () => {
    const image = { data: Uint8ClampedArray.of(1, 2, 3, 255, 4, 5, 6, 7), width: 2, height: 1 };
    expect(readPixels(image)).toEqual({ data: Uint8Array.of(1, 4, 2, 5, 3, 6), shape: [3, 1, 2] });
    expect([...readPixels(image, { channels: 4 }).data]).toEqual([1, 4, 2, 5, 3, 6, 255, 7]);
    for (const wrong of [null, {}, { width: 0, height: 0 }, { ...image, width: 3, data: 3 }]) {
      expect(() => readPixels(wrong as never)).toThrow(ArgumentError);
    }
    expect(() => readPixels(image, { channels: 2 } as never)).toThrow(ArgumentError);
  });
});

const folder = join(process.env.EVENKEEL_DATA ?? "", "bccd/BCCD/JPEGImages");
/** If the data are required, their tests run even without them, and fail. */
const isTested = existsSync(folder) || (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
describe.skipIf(!isTested)(
  isTested ? "BCCD" : "BCCD (skipped: EVENKEEL_DATA names no folder with it)",
  () => {
    it.each([
      ["00000", "9ccbfd009eace27e"],
      ["00100", "30a945150235acb8"],
      ["00200", "aba280e7f85759fb"],
      ["00300", "a6a15bc5e1f3e8e3"],
      ["00400", "f6f21affd1f23a5c"],
    ])("image %s has the pixels of Pillow", async (number, expected) => {
      const picture = await decodeImage(readFileSync(join(folder, `BloodImage_${number}.jpg`)));
      expect([picture.shape, digest(picture)]).toEqual([[3, 480, 640], expected]);
    });
  },
);
