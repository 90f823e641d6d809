import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  adjustSharpness,
  equalize,
  stretchContrast,
  toGray,
} from "../../src/augment/adjust.ts";
import type { ExampleAugmentation, Picture } from "../../src/index.ts";
import {
  colorJitter,
  cutout,
  randAugment,
  randomErasing,
  randomGrayscale,
  trivialAugment,
} from "../../src/index.ts";
import { RandomStream } from "../../src/random/random-stream.ts";

const pixel = (...data: number[]): Picture => ({ data: Uint8Array.from(data), shape: [data.length, 1, 1] });
const line = (...data: number[]): Picture => ({ data: Uint8Array.from(data), shape: [1, 1, data.length] });
const bytes = ({ data }: Picture): number[] => [...data];

describe("adjustments", () => {
  it("of brightness scale values", () => {
    expect(bytes(adjustBrightness(line(0, 101, 200), 1.5))).toEqual([0, 152, 255]);
    expect(bytes(adjustBrightness(line(0, 101, 200), 0))).toEqual([0, 0, 0]);
  });

  it("of contrast move values away from the mean grey", () => {
    expect(bytes(adjustContrast(line(0, 100, 200), 0.5))).toEqual([50, 100, 150]);
    expect(bytes(adjustContrast(line(0, 100, 200), 2))).toEqual([0, 100, 255]);
    expect(bytes(adjustContrast(pixel(255, 0, 0), 0))).toEqual([76, 76, 76]);
  });

  it("of saturation move colours away from their grey", () => {
    expect(bytes(toGray(pixel(10, 200, 30)))).toEqual([124, 124, 124]);
    expect(bytes(adjustSaturation(pixel(10, 200, 30), 0))).toEqual([124, 124, 124]);
    expect(bytes(adjustSaturation(pixel(10, 200, 30), 1))).toEqual([10, 200, 30]);
    expect(bytes(adjustSaturation(line(1, 2), 0))).toEqual([1, 2]);
    expect(() => adjustSaturation(pixel(1, 2), 0)).toThrow(ShapeError);
  });

  it("of hue turn the colour circle", () => {
    expect(bytes(adjustHue(pixel(255, 0, 0), 1 / 3))).toEqual([0, 255, 0]);
    expect(bytes(adjustHue(pixel(255, 0, 0), -1 / 3))).toEqual([0, 0, 255]);
    expect(bytes(adjustHue(pixel(200, 100, 40), 0.5))).toEqual([40, 140, 200]);
    for (const color of [
      [0, 0, 0],
      [9, 9, 9],
      [1, 2, 3],
      [250, 3, 77],
      [7, 255, 130],
    ]) {
      // biome-ignore format: one line
      expect(bytes(adjustHue(pixel(...color), 0))).toEqual(color);
      expect(bytes(adjustHue(pixel(...color), 1))).toEqual(color);
    }
  });

  it("stretch and equalize each channel", () => {
    expect(bytes(stretchContrast(line(50, 100, 150)))).toEqual([0, 128, 255]);
    expect(bytes(stretchContrast(line(9, 9)))).toEqual([9, 9]);
    const ramp = line(...Array.from({ length: 512 }, (_, index) => (index < 256 ? 3 : index % 256)));
    const equal = bytes(equalize(ramp));
    expect(equal[0]! < 5 && equal[511] === 255).toBe(true);
    expect(bytes(equalize(line(7, 7, 7)))).toEqual([7, 7, 7]);
  });

  it("of sharpness smooth or sharpen the inside", () => {
    const dot: Picture = { data: Uint8Array.of(0, 0, 0, 0, 130, 0, 0, 0, 0), shape: [1, 3, 3] };
    expect(adjustSharpness(dot, 0).data[4]).toBe(50);
    expect(adjustSharpness(dot, 1)).toEqual(dot);
    expect(adjustSharpness(dot, 2).data[4]).toBe(210);
  });
});

const run = (augment: ExampleAugmentation, image: Picture, stream = 0): Picture =>
  augment.apply({ image }, new RandomStream(3, stream)).image;
const gray: Picture = { data: new Uint8Array(100).fill(100), shape: [1, 10, 10] };

describe("random colours", () => {
  it("are within their ranges", () => {
    const values = Array.from(
      { length: 200 },
      (_, stream) => run(colorJitter({ brightness: 0.2 }), gray, stream).data[0]!,
    );
    expect([Math.min(...values) >= 80, Math.max(...values) <= 120, new Set(values).size > 30]).toEqual([
      true,
      true,
      true,
    ]);
    expect(run(colorJitter({ brightness: [2, 2] }), gray).data[0]).toBe(200);
    expect(run(colorJitter({}), gray)).toEqual(gray);
    const all = colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 });
    const colors = pixel(200, 50, 20);
    expect(
      new Set(Array.from({ length: 20 }, (_, stream) => bytes(run(all, colors, stream)).join())).size,
    ).toBe(20);
    expect(run(all, colors, 5)).toEqual(run(all, colors, 5));
  });

  it("become grey with their probability", () => {
    const colors = pixel(10, 200, 30);
    expect(bytes(run(randomGrayscale(1), colors))).toEqual([124, 124, 124]);
    expect(run(randomGrayscale(0), colors)).toBe(colors);
  });

  it.each<[string, () => unknown]>([
    ["brightness", () => colorJitter({ brightness: -1 })],
    ["hue", () => colorJitter({ hue: 0.6 })],
    ["hue", () => colorJitter({ hue: [-0.6, 0] })],
    ["probability", () => randomGrayscale(2)],
    ["probability", () => randomErasing(-1)],
    ["fill", () => randomErasing(1, { fill: "noise" as never })],
    ["size", () => cutout(0)],
    ["magnitude", () => randAugment({ magnitude: 31 })],
    ["changes", () => randAugment({ changes: 0 })],
    ["bins", () => trivialAugment({ bins: 3 } as never)],
  ])("have no wrong %s", (name, make) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(name);
  });
});

describe("erasing", () => {
  it("fills a part of the drawn area", () => {
    for (let stream = 0; stream < 50; stream++) {
      const { data } = run(randomErasing(1, { scale: [0.2, 0.3], fill: 7 }), gray, stream);
      const erased = data.filter((value) => value === 7).length;
      expect(erased).toBeGreaterThanOrEqual(14);
      expect(erased).toBeLessThanOrEqual(36);
    }
    expect(new Set(run(randomErasing(1, { fill: "random" }), gray).data).size).toBeGreaterThan(2);
    expect(run(randomErasing(0), gray)).toBe(gray);
    expect(gray.data.every((value) => value === 100)).toBe(true);
  });

  it("cuts a square off at the edges", () => {
    const counts = Array.from(
      { length: 200 },
      (_, stream) => run(cutout(4), gray, stream).data.filter((value) => value === 0).length,
    );
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([4, 16]);
  });
});

describe("policies", () => {
  const image: Picture = { data: Uint8Array.from({ length: 300 }, (_, index) => index), shape: [3, 10, 10] };
  const given = {
    image,
    boxes: { data: Float32Array.of(2, 2, 8, 8), shape: [1, 4] as const },
    labels: Int32Array.of(4),
  };

  it.each([
    ["randAugment", randAugment()],
    ["trivialAugment", trivialAugment()],
  ])("%s makes many different images, the same for the same stream", (_, augment) => {
    const results = Array.from({ length: 60 }, (_, stream) =>
      augment.apply(given, new RandomStream(9, stream)),
    );
    expect(new Set(results.map(({ image }) => image.data.join())).size).toBeGreaterThan(25);
    expect(results.every(({ image }) => image.shape.join() === "3,10,10")).toBe(true);
    expect(results.some(({ boxes }) => boxes.data.join() !== "2,2,8,8")).toBe(true);
    expect(results.every(({ boxes, labels }) => boxes.shape[0] === labels.length)).toBe(true);
    expect(augment.apply(given, new RandomStream(9, 3))).toEqual(results[3]);
  });

  it("of magnitude 0 change only what has no magnitude", () => {
    const unchanged = Array.from({ length: 100 }, (_, stream) =>
      run(randAugment({ changes: 1, magnitude: 0 }), image, stream).data.join(),
    ).filter((data) => data === image.data.join());
    expect(unchanged.length).toBeGreaterThan(70);
  });
});
