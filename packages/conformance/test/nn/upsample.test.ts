import {
  ChannelShuffle,
  PixelShuffle,
  PixelUnshuffle,
  Sequential,
  summary,
  Upsample,
  UpsamplingBilinear2d,
  UpsamplingNearest2d,
} from "@evenkeel/nn";
import {
  arange,
  cast,
  DTypeError,
  ones,
  reshape,
  resize,
  ShapeError,
  type Tensor,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];
const square = () =>
  tensor([
    [
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ]);

describe("upsampling", () => {
  test("repeats pixels, or interpolates between their centers or their corners", async () => {
    const nearest = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3];
    expect(await values(new Upsample({ scaleFactor: 2 }).forward(square()))).toEqual(nearest);
    expect(await values(new UpsamplingNearest2d({ size: 4 }).forward(square()))).toEqual(nearest);
    const centers = await values(new Upsample({ size: [2, 4], mode: "linear" }).forward(square()));
    expect(centers).toEqual([0, 0.25, 0.75, 1, 2, 2.25, 2.75, 3]);
    const corners = await values(new UpsamplingBilinear2d({ size: [2, 3] }).forward(square()));
    expect(corners).toEqual([0, 0.5, 1, 2, 2.5, 3]);
  });

  test("of whole numbers picks the nearest", async () => {
    const x = cast(square(), "i32");
    const y = resize(x, { size: [3, 1] });
    expect([y.dtype, await values(y)]).toEqual(["i32", [0, 0, 2]]);
    expect(() => resize(x, { size: 4, mode: "linear" })).toThrow(DTypeError);
  });

  test("to the same size returns the input", () => {
    const x = square();
    expect(resize(x, { size: 2, mode: "cubic" })).toBe(x);
    expect(resize(x, { scaleFactor: 1, mode: "linear" })).toBe(x);
  });

  test("keeps the distances of a scale factor, unless they are to follow from the sizes", async () => {
    const x = reshape(arange(0, 5, { dtype: "f32" }), [1, 1, 5]);
    const options = { scaleFactor: 1.5, mode: "linear" } as const;
    const kept = await values(resize(x, options));
    expect(kept[6]).toBeCloseTo(6.5 / 1.5 - 0.5, 6);
    const recomputed = await values(resize(x, { ...options, recomputeScaleFactor: true }));
    expect(recomputed[6]).toBeCloseTo(4, 6);
  });

  test("takes every element into account with antialias", async () => {
    const x = tensor(
      new Float32Array(64).map((_, index) => Number(index === 1)),
      { shape: [1, 1, 64] },
    );
    const [plain, smooth] = [false, true].map((antialias) =>
      resize(x, { size: 4, mode: "linear", antialias }),
    );
    expect((await values(plain!))[0]).toBe(0);
    expect((await values(smooth!))[0]).toBeGreaterThan(0.01);
  });

  test("refuses what has no spatial axis, and sizes that leave nothing", () => {
    expect(() => resize(ones([2, 3]), { size: 2 })).toThrow(
      "resize: x: found [2, 3], expected [n, c, ...spatial]",
    );
    expect(() => resize(square(), { scaleFactor: 0.4 })).toThrow(ShapeError);
    expect(() => new Upsample({})).toThrow("Upsample: found size undefined and scaleFactor undefined");
    expect(() => new UpsamplingNearest2d({ size: 2, mode: "linear" } as never)).toThrow(
      'found the option "mode"',
    );
    expect(() => new UpsamplingBilinear2d({ size: 2 }).forward(ones([1, 2, 3]))).toThrow(
      "UpsamplingBilinear2d to 2: found [1, 2, 3], expected [n, c, h, w]",
    );
    expect(new Upsample({ scaleFactor: [2, 1], mode: "area" }).describe()).toBe("Upsample x [2, 1], area");
  });

  test("is part of a summary", () => {
    const model = new Sequential(new Upsample({ scaleFactor: 2, mode: "linear" }), new PixelUnshuffle(2));
    expect(`${summary(model, [1, 3, 4, 4])}`).toContain("[1, 12, 4, 4]");
  });
});

describe("shuffles", () => {
  test("turn channels into pixels and back", async () => {
    const x = reshape(arange(0, 4, { dtype: "f32" }), [1, 4, 1, 1]);
    const y = new PixelShuffle(2).forward(x);
    expect([y.shape, await values(y)]).toEqual([
      [1, 1, 2, 2],
      [0, 1, 2, 3],
    ]);
    expect(await values(new PixelUnshuffle(2).forward(y))).toEqual([0, 1, 2, 3]);
    expect(await values(new ChannelShuffle(2).forward(x))).toEqual([0, 2, 1, 3]);
  });

  test("refuse what does not fit", () => {
    expect(() => new PixelShuffle(2).forward(ones([1, 6, 2, 2]))).toThrow(
      "PixelShuffle 2: pixelShuffle: x: found 6 channels, expected a multiple of 4",
    );
    expect(() => new PixelUnshuffle(2).forward(ones([1, 3, 2]))).toThrow(ShapeError);
    expect(() => new ChannelShuffle(4).forward(ones([1, 6]))).toThrow(ShapeError);
    expect(() => new PixelShuffle(0.5)).toThrow(
      "PixelShuffle: factor: found 0.5, expected a positive integer",
    );
  });
});
