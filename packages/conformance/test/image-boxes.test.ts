import { vjp } from "@evenkeel/autodiff";
import type { Backend, CropAndResizeOptions, RoiAlignOptions, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  cropAndResize,
  DTypeError,
  gridSample,
  ones,
  roiAlign,
  ShapeError,
  tensor,
} from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { makeSequence } from "../src/draw-values.ts";
import { onEachBackend } from "./each-backend.ts";

const [n, c, h, w] = [2, 3, 6, 7];
const next = makeSequence("images");
const pixels = Float32Array.from({ length: n * c * h * w }, () => 2 * next() - 1);

/** A place in pixels, or undefined outside of the image. */
type Place = number | undefined;
type At = (image: number, channel: number, row: Place, column: Place) => number;

const between = (
  data: ArrayLike<number>,
  image: number,
  channel: number,
  row: number,
  column: number,
): number => {
  const at = (i: number, j: number): number => data[((image * c + channel) * h + i) * w + j]!;
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [bottom, right] = [Math.min(top + 1, h - 1), Math.min(left + 1, w - 1)];
  const [down, along] = [row - top, column - left];
  return (
    (1 - down) * ((1 - along) * at(top, left) + along * at(top, right)) +
    down * ((1 - along) * at(bottom, left) + along * at(bottom, right))
  );
};

/** [boxes, c, rows, columns] of a function of places. */
function fill(
  places: readonly { readonly image: number; rows: Place[]; columns: Place[] }[],
  at: At,
): number[] {
  return places.flatMap(({ image, rows, columns }) =>
    Array.from({ length: c }, (_, channel) => channel).flatMap((channel) =>
      rows.flatMap((row) => columns.map((column) => at(image, channel, row, column))),
    ),
  );
}

/** Boxes inside, mirrored, partly and wholly outside, and without extent. No place is halfway between pixels that rounding could move. */
const boxes = [
  [0, 0, 1, 1],
  [0.72, 0.2, 0.12, 0.9],
  [-0.5, 0.5, 0.6, 1.4],
  [1.5, 1.5, 2, 2],
  [0.5, 0.25, 0.5, 0.25],
];
const images = [0, 1, 0, 1, 1];

/** TensorFlow's places of a crop along one axis. */
function cropPlaces([low, high]: readonly [number, number], count: number, size: number): Place[] {
  return Array.from({ length: count }, (_, index) => {
    const share = count === 1 ? 0.5 : index / (count - 1);
    const place = (low + (high - low) * share) * (size - 1);
    return place >= 0 && place <= size - 1 ? place : undefined;
  });
}

function cropReference([rows, columns]: readonly [number, number], options: CropAndResizeOptions): number[] {
  const { mode = "bilinear", extrapolationValue = 0 } = options;
  const places = boxes.map((box, index) => ({
    image: images[index]!,
    rows: cropPlaces([box[0]!, box[2]!], rows, h),
    columns: cropPlaces([box[1]!, box[3]!], columns, w),
  }));
  return fill(places, (image, channel, row, column) => {
    if (row === undefined || column === undefined) return extrapolationValue;
    return mode === "nearest"
      ? between(pixels, image, channel, Math.floor(row + 0.5), Math.floor(column + 0.5))
      : between(pixels, image, channel, row, column);
  });
}

/** Boxes in pixels: inside, tiny, far outside, and over the edge. */
const regions = [
  [0.5, 1, 5.5, 4],
  [2.2, 2.2, 2.5, 2.6],
  [20, 20, 30, 30],
  [-3, -2, 3, 8],
  [4, 1, 9, 5],
];

function roiReference(
  size: number,
  { spatialScale = 1, samplingRatio = 2, aligned = false }: RoiAlignOptions,
): number[] {
  const count = size * samplingRatio;
  const place = (low: number, high: number, extent: number): Place[] => {
    const begin = low * spatialScale - (aligned ? 0.5 : 0);
    const length = (high - low) * spatialScale;
    const used = aligned ? length : Math.max(1, length);
    return Array.from({ length: count }, (_, index) => {
      const at = begin + ((index + 0.5) * used) / count;
      return at < -1 || at > extent ? undefined : Math.min(extent - 1, Math.max(0, at));
    });
  };
  return regions.flatMap(([left, top, right, bottom], box) => {
    const [rows, columns] = [place(top!, bottom!, h), place(left!, right!, w)];
    return Array.from({ length: c * size * size }, (_, index) => {
      const [channel, i, j] = [Math.floor(index / size ** 2), Math.floor(index / size) % size, index % size];
      let sum = 0;
      for (let a = 0; a < samplingRatio; a++) {
        for (let b = 0; b < samplingRatio; b++) {
          const [row, column] = [rows[i * samplingRatio + a], columns[j * samplingRatio + b]];
          if (row !== undefined && column !== undefined)
            sum += between(pixels, images[box]!, channel, row, column);
        }
      }
      return sum / samplingRatio ** 2;
    });
  });
}

async function expectClose(found: Tensor, expected: readonly number[]): Promise<void> {
  const values = await found.data();
  expect(values.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(values[index]).toBeCloseTo(value, 5);
}

onEachBackend((backend) => {
  const place = (rows: readonly (readonly number[])[], on: Backend): Tensor =>
    tensor(Float32Array.from(rows.flat()), { shape: [rows.length, 4], backend: on });
  const inputs = (rows: readonly (readonly number[])[]): [Tensor, Tensor, Tensor] => [
    tensor(pixels, { shape: [n, c, h, w], backend: backend() }),
    place(rows, backend()),
    tensor(Int32Array.from(images), { backend: backend() }),
  ];

  describe("crops of images", () => {
    test.each<[[number, number], CropAndResizeOptions]>([
      [[4, 5], {}],
      [[3, 3], { extrapolationValue: -7 }],
      [[5, 4], { mode: "nearest" }],
      [[1, 1], {}],
    ])("%o with %o are those of TensorFlow", async (size, options) => {
      const y = cropAndResize(...inputs(boxes), size, options);
      expect(y.shape).toEqual([boxes.length, c, ...size]);
      await expectClose(y, cropReference(size, options));
    });

    test("a box over everything gives the image, and its gradient too", async () => {
      const [x, , numbers] = inputs(boxes);
      const all = place(
        images.map(() => [0, 0, 1, 1]),
        backend(),
      );
      const [y, pullback] = vjp((pictures: Tensor) => cropAndResize(pictures, all, numbers, [h, w]), x);
      const image = c * h * w;
      await expectClose(
        y,
        images.flatMap((one) => [...pixels.subarray(one * image, (one + 1) * image)]),
      );
      const [dx] = pullback(ones(y.shape, { backend: backend() }));
      // Two boxes show the first image, three the second.
      await expectClose(
        dx!,
        Array.from(pixels, (_, index) => (index < image ? 2 : 3)),
      );
    });

    test("a wrong number of an image is reported, other boxes are refused", async () => {
      const [x, all] = inputs(boxes);
      const wrong = tensor(Int32Array.of(0, 1, 2, 0, -1), { backend: backend() });
      const y = cropAndResize(x, all, wrong, 2);
      await expect(y.data()).rejects.toThrow(ArgumentError);
      expect(() => cropAndResize(x, all, tensor([0, 1], { dtype: "i32", backend: backend() }), 2)).toThrow(
        "cropAndResize: found [2, 3, 6, 7], boxes [5, 4] and images [2], expected [n, c, h, w], [boxes, 4] and",
      );
      expect(() => cropAndResize(x, all, all, 2)).toThrow(DTypeError);
      expect(() => cropAndResize(x, x, wrong, 2)).toThrow(ShapeError);
      expect(() => cropAndResize(x, all, wrong, [2, 0])).toThrow("cropAndResize: size: found [2, 0]");
      expect(() => cropAndResize(x, all, wrong, 2, { mode: "cubic" as "nearest" })).toThrow(ArgumentError);
    });
  });

  describe("features of boxes", () => {
    test.each<RoiAlignOptions>([{}, { aligned: true }, { samplingRatio: 3, spatialScale: 0.5 }])(
      "with %o are those of torchvision",
      async (options) => {
        const y = roiAlign(...inputs(regions), 3, options);
        expect(y.shape).toEqual([regions.length, c, 3, 3]);
        await expectClose(y, roiReference(3, options));
      },
    );

    test("have a gradient for the image: the sum of its weights is the number of cells inside", async () => {
      const [x, , numbers] = inputs(regions);
      const inside = place(
        images.map(() => [1, 1, 4, 4]),
        backend(),
      );
      const [y, pullback] = vjp((pictures: Tensor) => roiAlign(pictures, inside, numbers, 2), x);
      const [dx] = pullback(ones(y.shape, { backend: backend() }));
      const total = Array.from(await dx!.data()).reduce((sum, value) => sum + value, 0);
      expect(total).toBeCloseTo(images.length * c * 4, 4);
      expect(() => roiAlign(x, inside, numbers, 2, { samplingRatio: 0 })).toThrow(
        "roiAlign: samplingRatio: found 0",
      );
    });
  });

  describe("places that are not finite", () => {
    const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
    // The second row of the image is at -0.5, the third column at -2 / 7, where pixels have their centers.
    const [column, row] = [-2 / 7, -0.5];
    const points = [
      [nan, row],
      [column, nan],
      [inf, row],
      [-inf, row],
      [column, -inf],
      [nan, inf],
    ];

    test.each([
      [{ paddingMode: "zeros" }, points.map(() => undefined)],
      [
        { paddingMode: "border" },
        [
          [1, 0],
          [0, 2],
          [1, w - 1],
          [1, 0],
          [0, 2],
          [h - 1, 0],
        ],
      ],
      [
        { paddingMode: "reflection" },
        [
          [1, 0],
          [0, 2],
          [1, 0],
          [1, 0],
          [0, 2],
          [0, 0],
        ],
      ],
    ] as const)("of a grid with %o are outside or at an edge, without a gradient", async (options, found) => {
      const image = tensor(pixels.slice(0, c * h * w), { shape: [1, c, h, w], backend: backend() });
      const grid = tensor([[points]], { backend: backend() });
      for (const mode of ["bilinear", "nearest"] as const) {
        const [y, pullback] = vjp(
          (x: Tensor, at: Tensor) => gridSample(x, at, { ...options, mode }),
          image,
          grid,
        );
        const expected = Array.from({ length: c }, (_, channel) =>
          found.map((at) => (at === undefined ? 0 : pixels[(channel * h + at[0]) * w + at[1]]!)),
        ).flat();
        await expectClose(y, expected);
        const [dx, dGrid] = pullback(ones(y.shape, { backend: backend() }));
        expect((await dx!.data()).every(Number.isFinite)).toBe(true);
        const gradient = await dGrid!.data();
        points.flat().forEach((at, index) => {
          expect(Number.isFinite(at) ? Number.isFinite(gradient[index]) : gradient[index] === 0).toBe(true);
        });
      }
    });

    test("of boxes are outside", async () => {
      const [x] = inputs(boxes);
      const numbers = tensor([0, 1], { dtype: "i32", backend: backend() });
      const stray = place(
        [
          [nan, nan, nan, nan],
          [0, -inf, 1, inf],
        ],
        backend(),
      );
      const crops = await cropAndResize(x, stray, numbers, 2, { extrapolationValue: 7 }).data();
      expect([...crops].every((value) => value === 7)).toBe(true);
      const features = await roiAlign(x, stray, numbers, 2).data();
      expect([...features].every((value) => value === 0)).toBe(true);
    });
  });
});
