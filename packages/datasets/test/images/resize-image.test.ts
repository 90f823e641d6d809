import { createHash } from "node:crypto";
import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { ImageInterpolation, Picture } from "../../src/index.ts";
import { resizeImage } from "../../src/index.ts";

const digest = (picture: Picture): string => createHash("md5").update(picture.data).digest("hex").slice(0, 8);

/** Noise, whose every pixel matters to the digests. */
const noise: Picture = {
  data: Uint8Array.from({ length: 3 * 37 * 53 }, (_, index) => Math.imul(index + 1, 2654435761) >>> 21),
  shape: [3, 37, 53],
};
const region = { x: 3.25, y: 2, width: 40.5, height: 30 };

describe("resizing", () => {
  /** The digests were made with Pillow 12.3: `Image.resize` of each channel, with the filter and `box`. */
  it.each<[ImageInterpolation, string, string, string, string]>([
    ["nearest", "eb262249", "7b48aed7", "c6b0be82", "455c3879"],
    ["area", "43f24d6d", "7b48aed7", "1aacbdc1", "e9920fe4"],
    ["bilinear", "61bc98e8", "59e01549", "25834d1c", "537f40ee"],
    ["bicubic", "c76cda89", "8eed6abf", "c7b1596c", "537f40ee"],
  ])("%s gives the bytes of Pillow", (interpolation, smaller, larger, ofRegion, one) => {
    expect(digest(resizeImage(noise, [10, 20], { interpolation }))).toBe(smaller);
    expect(digest(resizeImage(noise, [80, 61], { interpolation }))).toBe(larger);
    expect(digest(resizeImage(noise, [10, 20], { interpolation, region }))).toBe(ofRegion);
    expect(digest(resizeImage(noise, [1, 1], { interpolation }))).toBe(one);
  });

  it("to the same size changes nothing", () => {
    for (const interpolation of ["nearest", "area", "bilinear", "bicubic"] as const) {
      expect(resizeImage(noise, [37, 53], { interpolation })).toEqual(noise);
    }
  });

  it("averages what a new pixel covers", () => {
    const board: Picture = { data: Uint8Array.of(0, 100, 50, 150, 8, 8, 8, 8), shape: [2, 2, 2] };
    expect([...resizeImage(board, [1, 1], { interpolation: "area" }).data]).toEqual([75, 8]);
    expect([...resizeImage(board, [1, 2], { interpolation: "area" }).data]).toEqual([25, 125, 8, 8]);
    expect([
      ...resizeImage(board, [1, 4], { interpolation: "nearest", region: { x: 0, y: 1, width: 2, height: 1 } })
        .data,
    ]).toEqual([50, 50, 150, 150, 8, 8, 8, 8]);
  });

  it("rejects wrong arguments", () => {
    for (const size of [0, [0, 1], [1], [1.5, 2]]) {
      expect(() => resizeImage(noise, size as never)).toThrow(ArgumentError);
    }
    expect(() => resizeImage({ ...noise, shape: [3, 37, 52] }, [1, 1])).toThrow(ShapeError);
    for (const wrong of [{ x: 20 }, { width: 0 }, { y: -1 }, { height: Number.NaN }]) {
      expect(() => resizeImage(noise, [1, 1], { region: { ...region, ...wrong } })).toThrow(
        /region: found an object, expected a region \{ x, y, width, height \} within 53 x 37 pixels/,
      );
    }
    expect(() => resizeImage(noise, [1, 1], { antialias: true } as never)).toThrow(ArgumentError);
  });
});
