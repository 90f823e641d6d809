import { checkOptions, checkValue, positiveInteger } from "@evenkeel/tensor/checks";
import type { ImageInterpolation, Region } from "../images/resize-image.ts";
import { anInterpolation, resizeRegion } from "../images/resize-image.ts";
import { computeExponential, computeLogarithm } from "../random/exact-math.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { AnnotatedImage, ExampleAugmentation, Size, VisibilityOptions } from "./annotated-image.ts";
import { aRange, aSize, makeAugmentation, toHeightAndWidth, visibilityRules } from "./annotated-image.ts";
import { moveExample } from "./move-example.ts";

export interface InterpolationOptions {
  /** How the values of the image are found; masks take the nearest value. Default: "bilinear", without aliasing. */
  readonly interpolation?: ImageInterpolation;
}

export interface ResizeToOptions extends InterpolationOptions {
  /** With one number as size, the most pixels that the longer side may have. Default: no limit. */
  readonly maxSize?: number;
}

/**
 * Resizes examples: to [height, width], or so that the shorter side has `size` pixels, as `Resize` of torchvision, which rounds the
 * longer side down. Throws ArgumentError for wrong options.
 *
 * @example resizeTo(800, { maxSize: 1333 })
 */
export function resizeTo(size: Size, options: ResizeToOptions = {}): ExampleAugmentation {
  checkValue("resizeTo: size", size, aSize);
  checkOptions<ResizeToOptions>("resizeTo", options, {
    interpolation: anInterpolation,
    maxSize: positiveInteger,
  });
  const { interpolation, maxSize = Number.POSITIVE_INFINITY } = options;
  return makeAugmentation("resizeTo", (example) => {
    const sides = typeof size === "number" ? fitSides(example, size, maxSize) : size;
    return resizeExample(example, sides, { interpolation });
  });
}

/** Whole numbers are multiplied first: the quotient of the sides is rounded. */
function fitSides({ image }: AnnotatedImage, size: number, maxSize: number): Pair {
  const [, height, width] = image.shape;
  const [shorter, longer] = [Math.min(height, width), Math.max(height, width)];
  let [short, long] = [size, Math.trunc((size * longer) / shorter)];
  if (long > maxSize) [short, long] = [Math.max(1, Math.trunc((maxSize * short) / long)), maxSize];
  return height <= width ? [short, long] : [long, short];
}

const scaleSize = ({ image }: AnnotatedImage, scale: number): readonly [number, number] => {
  const [, height, width] = image.shape;
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
};

export interface ScaleJitterOptions extends InterpolationOptions {
  /** The range of the scale. Default: [0.1, 2]. */
  readonly scale?: readonly [low: number, high: number];
}

/**
 * Resizes examples so that they fit into `size` times a random scale, with their own aspect ratio (Ghiasi et al. 2021). `randomCrop`
 * behind it gives all of them one size. Throws ArgumentError for wrong options.
 *
 * @example compose(scaleJitter(640), randomCrop(640))
 */
export function scaleJitter(size: Size, options: ScaleJitterOptions = {}): ExampleAugmentation {
  checkValue("scaleJitter: size", size, aSize);
  checkOptions<ScaleJitterOptions>("scaleJitter", options, {
    interpolation: anInterpolation,
    scale: aRange(0),
  });
  const { interpolation, scale: [low, high] = [0.1, 2] } = options;
  const [toHeight, toWidth] = toHeightAndWidth(size);
  return makeAugmentation("scaleJitter", (example, random) => {
    const [, height, width] = example.image.shape;
    const scale = random.uniform(low, high) * Math.min(toHeight / height, toWidth / width);
    return resizeExample(example, scaleSize(example, scale), { interpolation });
  });
}

export interface RandomResizedCropOptions extends InterpolationOptions, VisibilityOptions {
  /** The share of the image's area that is cut out. Default: [0.08, 1]. */
  readonly scale?: readonly [low: number, high: number];
  /** The aspect ratio of what is cut out, width by height. Default: [3 / 4, 4 / 3]. */
  readonly ratio?: readonly [low: number, high: number];
}

/**
 * Cuts a part of random area and aspect ratio out of each example and resizes it (Szegedy et al. 2014), as torchvision. Throws
 * ArgumentError for wrong options.
 *
 * @example randomResizedCrop(224, { scale: [0.35, 1] })
 */
export function randomResizedCrop(size: Size, options: RandomResizedCropOptions = {}): ExampleAugmentation {
  checkValue("randomResizedCrop: size", size, aSize);
  checkOptions<RandomResizedCropOptions>("randomResizedCrop", options, {
    ...visibilityRules,
    interpolation: anInterpolation,
    scale: aRange(0),
    ratio: aRange(1e-3),
  });
  const { scale = [0.08, 1], ratio = [3 / 4, 4 / 3], interpolation, minVisibility } = options;
  return makeAugmentation("randomResizedCrop", (example, random) => {
    const [, height, width] = example.image.shape;
    const region = drawRegion([height, width], scale, ratio, random);
    return resizeExample(example, toHeightAndWidth(size), { region, interpolation, minVisibility });
  });
}

type Pair = readonly [low: number, high: number];

/** Ten attempts to find a part of the drawn area and ratio within the image; otherwise, the middle of the image. */
function drawRegion([height, width]: Pair, scale: Pair, ratio: Pair, random: RandomStream): Region {
  for (let attempt = 0; attempt < 10; attempt++) {
    const drawn = drawBlock([height, width], scale, ratio, random);
    if (drawn !== undefined) return drawn;
  }
  const aspect = Math.min(ratio[1], Math.max(ratio[0], width / height));
  const wide = Math.min(width, Math.max(1, Math.round(height * aspect)));
  const high = Math.min(height, Math.max(1, Math.round(wide / aspect)));
  return {
    x: Math.floor((width - wide) / 2),
    y: Math.floor((height - high) / 2),
    width: wide,
    height: high,
  };
}

/** A part of random area, aspect ratio and place; undefined if it would be larger than the image. */
export function drawBlock(
  [height, width]: Pair,
  scale: Pair,
  ratio: Pair,
  random: RandomStream,
): Region | undefined {
  const area = height * width * random.uniform(...scale);
  const aspect = computeExponential(random.uniform(computeLogarithm(ratio[0]), computeLogarithm(ratio[1])));
  const wide = Math.round(Math.sqrt(area * aspect));
  const high = Math.round(Math.sqrt(area / aspect));
  if (!(wide > 0 && wide <= width && high > 0 && high <= height)) return undefined;
  const y = random.integer(0, height - high);
  return { x: random.integer(0, width - wide), y, width: wide, height: high };
}

interface ResizeExampleOptions extends InterpolationOptions, VisibilityOptions {
  readonly region?: Region;
}

function resizeExample(
  example: AnnotatedImage,
  size: readonly [height: number, width: number],
  options: ResizeExampleOptions,
): AnnotatedImage {
  const [, fromHeight, fromWidth] = example.image.shape;
  const { interpolation = "bilinear", minVisibility } = options;
  const region = options.region ?? { x: 0, y: 0, width: fromWidth, height: fromHeight };
  const [byHeight, byWidth] = [size[0] / region.height, size[1] / region.width];
  return moveExample(
    example,
    {
      image: (picture) => resizeRegion(picture, size, region, interpolation),
      masks: (masks) => resizeRegion(masks, size, region, "nearest"),
      box: ([x0, y0, x1, y1]) => [
        (x0 - region.x) * byWidth,
        (y0 - region.y) * byHeight,
        (x1 - region.x) * byWidth,
        (y1 - region.y) * byHeight,
      ],
    },
    minVisibility,
  );
}
