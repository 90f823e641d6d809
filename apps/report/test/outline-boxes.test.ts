import { describe, expect, it } from "vitest";
import { outlineBoxes } from "../src/index.ts";

const picture = (channels: number, height: number, width: number) => ({
  data: new Uint8Array(channels * height * width).fill(200),
  shape: [channels, height, width] as const,
});

/** Which pixels of the first channel have changed, row by row. */
const draw = (data: Uint8Array, width: number, height: number): string[] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => (data[y * width + x] === 200 ? "." : "#")).join(""),
  );

describe("outlines of boxes", () => {
  it("are drawn within the box in the color of its slot, and the picture stays as it is", () => {
    const plain = picture(3, 5, 6);
    const { data, shape } = outlineBoxes(plain, [{ corners: [1, 0.6, 5, 5], slot: 1 }]);
    expect(shape).toEqual([3, 5, 6]);
    expect(draw(data, 6, 5)).toEqual(["......", ".####.", ".#..#.", ".#..#.", ".####."]);
    expect([0, 30, 60].map((at) => data[at + 7])).toEqual([0xd9, 0x48, 0x0f]);
    expect(plain.data.every((value) => value === 200)).toBe(true);
  });

  it("are cut off at the edges, dashed where it is asked for, and left out where they are not finite", () => {
    const outside = outlineBoxes(picture(1, 3, 3), [{ corners: [-2, -2, 2, 9] }]);
    expect([outside.shape, draw(outside.data, 3, 3)]).toEqual([
      [3, 3, 3],
      [".#.", ".#.", ".#."],
    ]);
    const { data } = outlineBoxes(picture(3, 1, 9), [{ corners: [0, 0, 9, 1], isDashed: true }]);
    expect(draw(data, 9, 1)).toEqual(["###...###"]);
    const none = outlineBoxes(picture(3, 2, 2), [{ corners: [0, 0, Number.NaN, 2] }]);
    expect(draw(none.data, 2, 2)).toEqual(["..", ".."]);
  });

  it("need bytes", () => {
    expect(() => outlineBoxes({ data: new Float32Array(3), shape: [3, 1, 1] }, [])).toThrow("expected bytes");
    expect(() => outlineBoxes(picture(2, 1, 1), [])).toThrow("pixels: found 2 channels");
  });
});
