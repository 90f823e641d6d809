import { checkOptions, checkValue, finite, listOf, oneOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { Picture } from "./picture.ts";
import { checkPicture, getPlane, makePicture } from "./picture.ts";

/**
 * How values between pixels are found. "area" averages the pixels that a new one covers, "bilinear" and "bicubic" weight them by
 * their distance; all three take every pixel into account when images become smaller.
 */
export type ImageInterpolation = "nearest" | "area" | "bilinear" | "bicubic";

export const anInterpolation: ReturnType<typeof oneOf> = /* @__PURE__ */ oneOf(
  "nearest",
  "area",
  "bilinear",
  "bicubic",
);

/** A part of an image in pixels, from its left and top edges; it may begin and end between pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface ResizeImageOptions {
  /** Default: "bilinear". */
  readonly interpolation?: ImageInterpolation;
  /** The part of the image that is resized; it must lie within the image. Default: all of it. */
  readonly region?: Region;
}

interface Filter {
  /** The weight is 0 beyond this distance. */
  readonly support: number;
  weigh(distance: number): number;
}

const filters: { readonly [name in Exclude<ImageInterpolation, "nearest">]: Filter } = {
  area: { support: 0.5, weigh: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weigh: (x) => Math.max(0, 1 - Math.abs(x)) },
  // Keys 1981 with a = -1/2, as in Pillow.
  bicubic: {
    support: 2,
    weigh: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
};

/**
 * Resizes an image. When it becomes smaller, the filter becomes wider, so that there is no aliasing (`antialias=True` of
 * torchvision). Weights are rounded to 22 bits and everything else is whole numbers, so that all engines give the same bytes, which
 * are those of Pillow ("nearest" may differ where a pixel lies between two).
 *
 * Throws ArgumentError for wrong options, ShapeError for a picture that does not fit its shape.
 *
 * @example resizeImage({ data: Uint8Array.of(0, 100, 50, 150), shape: [1, 2, 2] }, [1, 1]).data // Uint8Array [75]
 */
export function resizeImage(
  picture: Picture,
  size: readonly [height: number, width: number],
  options: ResizeImageOptions = {},
): Picture {
  checkPicture("resizeImage: picture", picture);
  checkValue("resizeImage: size", size, listOf(positiveInteger, 2));
  const [, height, width] = picture.shape;
  checkOptions<ResizeImageOptions>("resizeImage", options, {
    interpolation: anInterpolation,
    region: {
      expected: `a region { x, y, width, height } within ${width} x ${height} pixels`,
      accepts: (value) => isWithin(value as Region, width, height),
    },
  });
  const { interpolation = "bilinear", region = { x: 0, y: 0, width, height } } = options;
  return resizeRegion(picture, size, region, interpolation);
}

const isWithin = (region: Region, width: number, height: number): boolean =>
  typeof region === "object" &&
  region !== null &&
  [region.x, region.y, region.width, region.height].every((number) => finite.accepts(number)) &&
  region.width > 0 &&
  region.height > 0 &&
  region.x >= 0 &&
  region.y >= 0 &&
  region.x + region.width <= width &&
  region.y + region.height <= height;

/** `resizeImage` without checks. */
export function resizeRegion(
  picture: Picture,
  [toHeight, toWidth]: readonly [height: number, width: number],
  { x, y, width, height }: Region,
  interpolation: ImageInterpolation,
): Picture {
  const [channels, fromHeight, fromWidth] = picture.shape;
  const columns = { first: x, length: width, from: fromWidth, to: toWidth };
  const rows = { first: y, length: height, from: fromHeight, to: toHeight };
  if (interpolation === "nearest") return pickNearest(picture, columns, rows);
  const filter = filters[interpolation];
  const narrow = makePicture(channels, fromHeight, toWidth);
  const target = makePicture(channels, toHeight, toWidth);
  const [ofColumns, ofRows] = [computeWeights(columns, filter), computeWeights(rows, filter)];
  for (let channel = 0; channel < channels; channel++) {
    resizeRows(getPlane(picture, channel), getPlane(narrow, channel), fromWidth, ofColumns);
    resizeColumns(getPlane(narrow, channel), getPlane(target, channel), toWidth, ofRows);
  }
  return target;
}

/** One axis: the length of the source, the range of it that is taken, and the new length. */
interface Axis {
  readonly first: number;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

/** The positions that contribute to each new one, as many from each start on, and their weights in units of 2^-22. */
interface Weights {
  readonly starts: Int32Array;
  /** The number of weights of each position; those that are not needed are 0. */
  readonly taps: number;
  readonly weights: Int32Array;
}

const weightBits = 22;

/** As `precompute_coeffs` of Pillow. */
function computeWeights({ first, length, from, to }: Axis, { support, weigh }: Filter): Weights {
  const scale = length / to;
  const stretch = Math.max(1, scale);
  const reach = support * stretch;
  const taps = Math.min(from, Math.ceil(2 * reach) + 1);
  const starts = new Int32Array(to);
  const weights = new Int32Array(to * taps);
  for (let place = 0; place < to; place++) {
    const center = first + (place + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Array.from({ length: end - start }, (_, index) =>
      weigh((index + start - center + 0.5) * (1 / stretch)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    starts[place] = Math.min(start, from - taps);
    raw.forEach((weight, index) => {
      const scaled = (weight / sum) * 2 ** weightBits;
      const rounded = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      weights[place * taps + start - starts[place]! + index] = rounded;
    });
  }
  return { starts, taps, weights };
}

const half = 1 << (weightBits - 1);

const toByte = (sum: number): number => Math.min(255, Math.max(0, sum >> weightBits));

function resizeRows(source: Uint8Array, target: Uint8Array, from: number, axis: Weights): void {
  const { starts, taps, weights } = axis;
  for (let row = 0, place = 0; place < target.length; row += from) {
    for (let x = 0, weight = 0; x < starts.length; x++, place++) {
      let sum = half;
      const start = row + starts[x]!;
      for (let at = start; at < start + taps; at++)
        sum = (sum + Math.imul(source[at]!, weights[weight++]!)) | 0;
      target[place] = toByte(sum);
    }
  }
}

function resizeColumns(source: Uint8Array, target: Uint8Array, width: number, axis: Weights): void {
  const { starts, taps, weights } = axis;
  const sums = new Int32Array(width);
  for (let y = 0; y < starts.length; y++) {
    sums.fill(half);
    for (let index = 0; index < taps; index++) {
      const row = (starts[y]! + index) * width;
      const weight = weights[y * taps + index]!;
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) sums[x] = (sums[x]! + Math.imul(source[row + x]!, weight)) | 0;
    }
    for (let x = 0; x < width; x++) target[y * width + x] = toByte(sums[x]!);
  }
}

function pickNearest(picture: Picture, columns: Axis, rows: Axis): Picture {
  const [channels] = picture.shape;
  const target = makePicture(channels, rows.to, columns.to);
  const find = ({ first, length, from, to }: Axis): Int32Array =>
    Int32Array.from({ length: to }, (_, place) =>
      Math.min(from - 1, Math.floor(first + (place + 0.5) * (length / to))),
    );
  const [xs, ys] = [find(columns), find(rows)];
  for (let channel = 0, place = 0; channel < channels; channel++) {
    const plane = getPlane(picture, channel);
    for (const y of ys) for (const x of xs) target.data[place++] = plane[y * columns.from + x]!;
  }
  return target;
}
