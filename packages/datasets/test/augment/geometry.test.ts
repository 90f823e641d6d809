import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnnotatedImage, ExampleAugmentation } from "../../src/index.ts";
import {
  centerCrop,
  compose,
  flipHorizontally,
  randomAffine,
  randomCrop,
  randomHorizontalFlip,
  randomResizedCrop,
  randomVerticalFlip,
  resizeTo,
  scaleJitter,
} from "../../src/index.ts";
import { RandomStream } from "../../src/random/random-stream.ts";

/** Two channels of 3 x 4 pixels, two objects with masks. */
const example = {
  image: { data: Uint8Array.from({ length: 24 }, (_, index) => index), shape: [2, 3, 4] as const },
  boxes: { data: Float32Array.of(0, 0, 2, 1, 1, 1, 4, 3), shape: [2, 4] as const },
  masks: {
    data: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1, 1),
    shape: [2, 3, 4] as const,
  },
  labels: Int32Array.of(7, 9),
  name: "a",
};

const run = <Example extends AnnotatedImage>(
  augment: ExampleAugmentation,
  given: Example,
  stream = 0,
): Example => augment.apply(given, new RandomStream(1, stream));

/** The bounds of the pixels of a mask, as a box. */
function computeBounds({ masks }: { masks: AnnotatedImage["masks"] }, index: number): number[] {
  const [, height, width] = masks!.shape as readonly [number, number, number];
  const pixels = [
    ...masks!.data.subarray(index * height * width, (index + 1) * height * width).keys(),
  ].filter((pixel) => masks!.data[index * height * width + pixel] === 1);
  const [xs, ys] = [pixels.map((pixel) => pixel % width), pixels.map((pixel) => Math.floor(pixel / width))];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
}

describe("flips", () => {
  it("mirror the image, the boxes and the masks", () => {
    const { image, boxes, masks, labels, name } = run(randomHorizontalFlip(1), example);
    expect([...image.data.subarray(0, 8)]).toEqual([3, 2, 1, 0, 7, 6, 5, 4]);
    expect([...boxes.data]).toEqual([2, 0, 4, 1, 0, 1, 3, 3]);
    expect(computeBounds({ masks }, 1)).toEqual([0, 1, 3, 3]);
    expect([...labels, name]).toEqual([7, 9, "a"]);
  });

  it("turn them upside down", () => {
    const { image, boxes, masks } = run(randomVerticalFlip(1), example);
    expect([...image.data.subarray(0, 8)]).toEqual([8, 9, 10, 11, 4, 5, 6, 7]);
    expect([...image.data.subarray(12, 16)]).toEqual([20, 21, 22, 23]);
    expect([...boxes.data]).toEqual([0, 2, 2, 3, 1, 0, 4, 2]);
    expect(computeBounds({ masks }, 0)).toEqual([0, 2, 2, 3]);
  });

  it("return the same example when they are done twice, and leave the given one", () => {
    for (const flip of [randomHorizontalFlip(1), randomVerticalFlip(1)]) {
      expect(run(flip, run(flip, example))).toEqual(example);
    }
    expect(example.image.data[0]).toBe(0);
  });

  it("happen with their probability", () => {
    const streams = Array.from({ length: 400 }, (_, stream) => stream);
    const countOf = (probability: number) =>
      streams.filter((stream) => run(randomHorizontalFlip(probability), example, stream) !== example).length;
    expect([countOf(0), countOf(1)]).toEqual([0, 400]);
    expect(countOf(0.25)).toBeGreaterThan(70);
    expect(countOf(0.25)).toBeLessThan(130);
  });
});

describe("crops", () => {
  it("move boxes, cut them off and remove what is no longer visible", () => {
    const cropped = run(centerCrop([1, 2]), example);
    expect([...cropped.image.data]).toEqual([5, 6, 17, 18]);
    expect([...cropped.boxes.data]).toEqual([0, 0, 2, 1]);
    expect(cropped.boxes.shape).toEqual([1, 4]);
    expect(cropped.labels).toEqual(Int32Array.of(9));
    expect(cropped.masks).toEqual({ data: Uint8Array.of(1, 1), shape: [1, 1, 2] });
    expect(cropped.name).toBe("a");
    // Two of the six pixels of the box are left.
    expect(run(centerCrop([1, 2], { minVisibility: 0.34 }), example).boxes.shape).toEqual([0, 4]);
    expect(run(centerCrop([1, 2], { minVisibility: 0.33 }), example).boxes.shape).toEqual([1, 4]);
  });

  it("reach every place once padding is added, and fill new pixels", () => {
    const seen = new Set<string>();
    for (let stream = 0; stream < 300; stream++) {
      const { image, masks } = run(randomCrop([3, 4], { padding: 1, fill: 99 }), example, stream);
      seen.add(image.data.subarray(0, 12).join());
      expect(masks.data.every((value) => value <= 1)).toBe(true);
    }
    expect(seen.size).toBe(9);
    expect(seen).toContain("99,99,99,99,99,0,1,2,99,4,5,6");
  });

  it("of the middle begin where torchvision's do: a half pixel goes to the even number", () => {
    const findFirst = (width: number): number => {
      const image = { data: Uint8Array.from({ length: width }, (_, x) => x), shape: [1, 1, width] as const };
      return run(centerCrop([1, 10]), { image }).image.data[0]!;
    };
    expect([10, 11, 12, 13, 14, 15, 16, 17].map(findFirst)).toEqual([0, 0, 1, 2, 2, 2, 3, 4]);
  });

  it("of small images have new pixels around them", () => {
    const { image, boxes } = run(centerCrop(5), example);
    expect(image.shape).toEqual([2, 5, 5]);
    expect([...image.data.subarray(5, 10)]).toEqual([0, 1, 2, 3, 0]);
    expect([...boxes.data]).toEqual([0, 1, 2, 2, 1, 2, 4, 4]);
    for (let stream = 0; stream < 20; stream++) {
      const { image, boxes } = run(randomCrop(6), example, stream);
      expect([image.shape, boxes.shape]).toEqual([
        [2, 6, 6],
        [2, 4],
      ]);
    }
  });

  it("keep all kinds of parts in step with the boxes", () => {
    const full = {
      ...example,
      labels: ["cell", "plate"],
      difficult: Uint8Array.of(0, 1),
      areas: { data: Float32Array.of(2, 6), shape: [2] },
      imageId: Int32Array.of(1, 2),
    };
    const cropped = run(centerCrop([1, 2]), full);
    expect(cropped).toMatchObject({
      labels: ["plate"],
      difficult: Uint8Array.of(1),
      areas: { data: Float32Array.of(6), shape: [1] },
      imageId: Int32Array.of(1, 2),
    });
    expect(() => run(centerCrop([1, 2]), { ...example, labels: Int32Array.of(1) })).toThrow(
      "labels: expected an entry for each of the 2 boxes",
    );
    expect(run(centerCrop([1, 2]), { ...example, labels: 3 }).labels).toBe(3);
  });
});

describe("resizing", () => {
  it("scales boxes, and masks by their nearest value", () => {
    const { image, boxes, masks } = run(resizeTo([6, 12]), example);
    expect([image.shape, masks.shape]).toEqual([
      [2, 6, 12],
      [2, 6, 12],
    ]);
    expect([...boxes.data]).toEqual([0, 0, 6, 2, 3, 2, 12, 6]);
    expect(computeBounds({ masks }, 1)).toEqual([3, 2, 12, 6]);
    expect(new Set(masks.data)).toEqual(new Set([0, 1]));
  });

  it("of the shorter side keeps the aspect ratio", () => {
    expect(run(resizeTo(6), example).image.shape).toEqual([2, 6, 8]);
    expect(run(resizeTo(6, { maxSize: 4 }), example).image.shape).toEqual([2, 3, 4]);
  });

  it.each([
    // 256 x 500 / 281 = 455.5 and 256 x 640 / 427 = 383.7
    { from: [281, 500], options: {}, to: [256, 455] },
    { from: [640, 427], options: {}, to: [383, 256] },
    { from: [375, 500], options: {}, to: [256, 341] },
    // 341 pixels are too many: 300 x 256 / 341 = 225.2
    { from: [375, 500], options: { maxSize: 300 }, to: [225, 300] },
    { from: [1, 500], options: { maxSize: 300 }, to: [1, 300] },
  ] as const)("of $from with $options rounds down as torchvision, to $to", ({ from, options, to }) => {
    const image = { data: new Uint8Array(from[0] * from[1]), shape: [1, ...from] as const };
    expect(run(resizeTo(256, options), { image }).image.shape).toEqual([1, ...to]);
  });

  it("jitters the scale", () => {
    const sides = Array.from(
      { length: 50 },
      (_, stream) => run(scaleJitter(8), example, stream).image.shape[2],
    );
    expect([Math.min(...sides) >= 1, Math.max(...sides) <= 16, new Set(sides).size > 8]).toEqual([
      true,
      true,
      true,
    ]);
    expect(run(scaleJitter([6, 4], { scale: [1, 1] }), example).image.shape).toEqual([2, 3, 4]);
  });

  it("of random parts has their boxes in the new image", () => {
    const large = {
      image: { data: new Uint8Array(40 * 60).map((_, index) => index), shape: [1, 40, 60] as const },
      boxes: { data: Float32Array.of(20, 10, 40, 30), shape: [1, 4] as readonly [number, number] },
      masks: { data: new Uint8Array(40 * 60), shape: [1, 40, 60] as const },
    };
    for (let row = 10; row < 30; row++) large.masks.data.fill(1, row * 60 + 20, row * 60 + 40);
    let kept = 0;
    for (let stream = 0; stream < 100; stream++) {
      const { image, boxes, masks } = run(randomResizedCrop([48, 48]), large, stream);
      expect(image.shape).toEqual([1, 48, 48]);
      if (boxes.shape[0] === 0) continue;
      kept++;
      // The mask has whole pixels of the source, which become up to several in the result.
      computeBounds({ masks }, 0).forEach((side, index) => {
        expect(Math.abs(side - boxes.data[index]!)).toBeLessThanOrEqual(0.5);
      });
    }
    expect(kept).toBeGreaterThan(60);
    // No part of an image of one pixel can have this ratio.
    const narrow = { image: { data: new Uint8Array(30), shape: [1, 1, 30] as const } };
    expect(run(randomResizedCrop(4), narrow).image.shape).toEqual([1, 4, 4]);
  });
});

describe("affine maps", () => {
  const square = {
    image: { data: Uint8Array.from({ length: 9 }, (_, index) => index), shape: [1, 3, 3] as const },
    boxes: { data: Float32Array.of(0, 0, 1, 2), shape: [1, 4] as const },
  };
  const turn = (degrees: number) => randomAffine({ degrees: [degrees, degrees] });

  it("rotate counterclockwise by right angles without any change of values", () => {
    expect([...run(turn(90), square).image.data]).toEqual([2, 5, 8, 1, 4, 7, 0, 3, 6]);
    expect([...run(turn(90), square).boxes.data]).toEqual([0, 2, 2, 3]);
    expect(run(turn(180), square).image.data).toEqual(square.image.data.toReversed());
    expect(run(turn(360), square)).toEqual(square);
    expect(run(randomAffine({}), square)).toEqual(square);
  });

  it("shift, scale and shear", () => {
    const shifts = new Set<string>();
    for (let stream = 0; stream < 200; stream++) {
      shifts.add(run(randomAffine({ translate: [0.34, 0], fill: 50 }), square, stream).image.data.join());
    }
    expect(shifts).toEqual(new Set(["0,1,2,3,4,5,6,7,8", "1,2,50,4,5,50,7,8,50", "50,0,1,50,3,4,50,6,7"]));
    const scaled = run(randomAffine({ scale: [3, 3] }), square);
    expect([...scaled.image.data]).toEqual([3, 3, 3, 4, 4, 4, 5, 5, 5]);
    expect(scaled.boxes.shape).toEqual([0, 4]);
    const sheared = run(randomAffine({ shear: [45, 45], interpolation: "nearest" }), square);
    expect([...sheared.image.data]).toEqual([1, 2, 0, 3, 4, 5, 0, 6, 7]);
    expect([...sheared.boxes.data]).toEqual([0, 0, 1.5, 2]);
  });

  it("keep boxes around their masks", () => {
    const affine = randomAffine({ degrees: 30, scale: [0.8, 1.2], shear: 10, translate: [0.1, 0.1] });
    const area = { length: 20 * 20 };
    const given = {
      image: { data: new Uint8Array(400), shape: [1, 20, 20] as const },
      boxes: { data: Float32Array.of(6, 8, 14, 13), shape: [1, 4] as const },
      masks: {
        data: Uint8Array.from(area, (_, pixel) =>
          Number(pixel % 20 >= 6 && pixel % 20 < 14 && pixel >= 160 && pixel < 260),
        ),
        shape: [1, 20, 20] as const,
      },
    };
    fc.assert(
      fc.property(fc.nat(10_000), (stream) => {
        const moved = run(affine, given, stream);
        const bounds = computeBounds(moved, 0);
        const [x0, y0, x1, y1] = moved.boxes.data as unknown as readonly [number, number, number, number];
        expect(bounds[0]!).toBeGreaterThanOrEqual(x0 - 0.5);
        expect(bounds[1]!).toBeGreaterThanOrEqual(y0 - 0.5);
        expect(bounds[2]!).toBeLessThanOrEqual(x1 + 0.5);
        expect(bounds[3]!).toBeLessThanOrEqual(y1 + 0.5);
      }),
    );
  });
});

describe("wrong arguments", () => {
  it.each<[string, () => unknown]>([
    ["probability", () => randomHorizontalFlip(1.5)],
    ["size", () => randomCrop(0)],
    ["size", () => randomCrop([3] as never)],
    ["padding", () => randomCrop(3, { padding: -1 })],
    ["fill", () => randomCrop(3, { fill: 256 })],
    ["minVisibility", () => centerCrop(3, { minVisibility: 2 })],
    ["ratio", () => randomResizedCrop(3, { ratio: [2, 1] })],
    ["scale", () => randomResizedCrop(3, { scale: [-1, 1] })],
    ["interpolation", () => resizeTo(3, { interpolation: "cubic" as never })],
    ["degrees", () => randomAffine({ degrees: "30" as never })],
    ["translate", () => randomAffine({ translate: [2, 0] })],
    ["angle", () => randomAffine({ angle: 3 } as never)],
  ])("%s", (name, make) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(name);
  });

  it("that are no examples, or whose parts do not fit", () => {
    const flip = randomHorizontalFlip();
    for (const wrong of [
      null,
      {},
      { image: new Uint8Array(3) },
      { image: { data: [1], shape: [1, 1, 1] } },
    ]) {
      expect(() => run(flip, wrong as never)).toThrow(ArgumentError);
    }
    expect(() => run(flip, { image: { ...example.image, shape: [2, 3, 3] } })).toThrow(
      "randomHorizontalFlip: image: found 24 bytes, expected 18 for the shape [2, 3, 3]",
    );
    const boxes = { data: Float32Array.of(1, 2), shape: [1, 2] } as never;
    expect(() => run(flip, { ...example, boxes })).toThrow(ShapeError);
    expect(() => run(flip, { ...example, masks: { data: new Uint8Array(3), shape: [3] } })).toThrow(
      "masks: found 3 values of the shape [3], expected [n, 3, 4] as in the image",
    );
    const both = compose(randomHorizontalFlip(1), flipHorizontally());
    expect(() => run(both, example)).toThrow(
      /compose: found boxes or masks, expected only augmentations that move/,
    );
    const { image } = example;
    expect(run(both, { image, labels: 1 }).image.shape).toEqual(image.shape);
  });
});
