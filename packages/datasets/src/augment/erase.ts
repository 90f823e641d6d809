import { checkOptions, checkValue, either, fraction, oneOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import type { RandomStream } from "../random/random-stream.ts";
import type { ExampleAugmentation } from "./annotated-image.ts";
import { aRange, makePictureAugmentation } from "./annotated-image.ts";
import { aByte } from "./crop.ts";
import { drawBlock } from "./resize.ts";

export interface RandomErasingOptions {
  /** The share of the image's area that is erased. Default: [0.02, 0.33]. */
  readonly scale?: readonly [low: number, high: number];
  /** The aspect ratio of what is erased. Default: [0.3, 3.3]. */
  readonly ratio?: readonly [low: number, high: number];
  /** The new value of the pixels, or "random" for a random value of each. Default: 0. */
  readonly fill?: number | "random";
}

/**
 * Erases a part of random area, aspect ratio and place (Zhong et al. 2017), as torchvision. Boxes and masks stay as they are. Throws
 * ArgumentError for wrong options.
 *
 * @example randomErasing(0.25, { fill: "random" })
 */
export function randomErasing(probability = 0.5, options: RandomErasingOptions = {}): ExampleAugmentation {
  checkValue("randomErasing: probability", probability, fraction);
  checkOptions<RandomErasingOptions>("randomErasing", options, {
    scale: aRange(0),
    ratio: aRange(1e-3),
    fill: either(aByte, oneOf("random")),
  });
  const { scale = [0.02, 0.33], ratio = [0.3, 3.3], fill = 0 } = options;
  return makePictureAugmentation("randomErasing", (picture, random) => {
    if (random.uniform() >= probability) return picture;
    const [, height, width] = picture.shape;
    for (let attempt = 0; attempt < 10; attempt++) {
      const block = drawBlock([height, width], scale, ratio, random);
      if (block !== undefined) return erase(picture, block, fill, random);
    }
    return picture;
  });
}

/**
 * Erases a square around a random pixel, cut off at the edges of the image (DeVries and Taylor 2017). Throws ArgumentError for
 * wrong options.
 *
 * @example cutout(16)
 */
export function cutout(size: number, options: { readonly fill?: number } = {}): ExampleAugmentation {
  checkValue("cutout: size", size, positiveInteger);
  checkOptions<{ readonly fill?: number }>("cutout", options, { fill: aByte });
  return makePictureAugmentation("cutout", (picture, random) => {
    const [, height, width] = picture.shape;
    const top = random.integer(0, height - 1) - Math.floor(size / 2);
    const left = random.integer(0, width - 1) - Math.floor(size / 2);
    const [y, x] = [Math.max(0, top), Math.max(0, left)];
    const block = { x, y, width: Math.min(width, left + size) - x, height: Math.min(height, top + size) - y };
    return erase(picture, block, options.fill ?? 0, random);
  });
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function erase(
  { data, shape }: Picture,
  block: Block,
  fill: number | "random",
  random: RandomStream,
): Picture {
  const [channels, height, width] = shape;
  const erased = data.slice();
  for (let channel = 0; channel < channels; channel++) {
    for (let y = block.y; y < block.y + block.height; y++) {
      const row = (channel * height + y) * width + block.x;
      if (fill !== "random") erased.fill(fill, row, row + block.width);
      else for (let x = row; x < row + block.width; x++) erased[x] = random.bits() >>> 24;
    }
  }
  return { data: erased, shape };
}
