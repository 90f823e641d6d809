import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";
import { upTo } from "../images/option-checks.ts";
import type { Picture } from "../images/picture.ts";
import { makePicture } from "../images/picture.ts";
import type { AnnotatedImage, ExampleAugmentation, Size, VisibilityOptions } from "./annotated-image.ts";
import { aSize, makeAugmentation, toHeightAndWidth, visibilityRules } from "./annotated-image.ts";
import { moveExample } from "./move-example.ts";

export interface FillOptions {
  /** The value of new pixels, for every channel. Masks get 0. Default: 0. */
  readonly fill?: number;
}

export const aByte: Rule = /* @__PURE__ */ upTo(255);

export interface RandomCropOptions extends FillOptions, VisibilityOptions {
  /** The number of new pixels on each side before the crop. Default: 0. */
  readonly padding?: number;
}

/**
 * Cuts a part of the given size out of each example, at a random place; images that are smaller get new pixels around them. Boxes
 * move with the image and are cut off at its edges. Throws ArgumentError for wrong options.
 *
 * @example randomCrop(32, { padding: 4 })
 */
export function randomCrop(size: Size, options: RandomCropOptions = {}): ExampleAugmentation {
  checkValue("randomCrop: size", size, aSize);
  checkOptions<RandomCropOptions>("randomCrop", options, {
    ...visibilityRules,
    padding: nonNegativeInteger,
    fill: aByte,
  });
  const { padding = 0, fill = 0, minVisibility } = options;
  const [height, width] = toHeightAndWidth(size);
  return makeAugmentation("randomCrop", (example, random) => {
    const [, fromHeight, fromWidth] = example.image.shape;
    const draw = (from: number, to: number): number => {
      const last = from + padding - to;
      return random.integer(Math.min(-padding, last), Math.max(-padding, last));
    };
    const y = draw(fromHeight, height);
    const x = draw(fromWidth, width);
    return cropExample(example, { x, y, width, height }, fill, minVisibility);
  });
}

/**
 * Cuts the middle out of each example; images that are smaller get zeros around them. It is the same part as that of `CenterCrop` of
 * torchvision. Throws ArgumentError for wrong options.
 *
 * @example centerCrop(224)
 */
export function centerCrop(size: Size, options: VisibilityOptions = {}): ExampleAugmentation {
  checkValue("centerCrop: size", size, aSize);
  checkOptions<VisibilityOptions>("centerCrop", options, visibilityRules);
  const [height, width] = toHeightAndWidth(size);
  return makeAugmentation("centerCrop", (example) => {
    const [, fromHeight, fromWidth] = example.image.shape;
    const [y, x] = [halve(fromHeight - height), halve(fromWidth - width)];
    return cropExample(example, { x, y, width, height }, 0, options.minVisibility);
  });
}

/** Half of what is cut off, where a half becomes the even number beside it; half of what is added, rounded towards 0. */
function halve(margin: number): number {
  const half = Math.trunc(margin / 2);
  return margin > 0 && margin % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

/** A part of an image in whole pixels, which may extend over its edges. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function cropExample(
  example: AnnotatedImage,
  window: Window,
  fill: number,
  minVisibility?: number,
): AnnotatedImage {
  const { x, y } = window;
  return moveExample(
    example,
    {
      image: (picture) => cropPicture(picture, window, fill),
      masks: (masks) => cropPicture(masks, window, 0),
      box: ([x0, y0, x1, y1]) => [x0 - x, y0 - y, x1 - x, y1 - y],
    },
    minVisibility,
  );
}

export function cropPicture(
  { data, shape }: Picture,
  { x, y, width, height }: Window,
  fill: number,
): Picture {
  const [channels, fromHeight, fromWidth] = shape;
  const cropped = makePicture(channels, height, width);
  if (fill !== 0) cropped.data.fill(fill);
  const [left, right] = [Math.max(0, -x), Math.min(width, fromWidth - x)];
  if (right <= left) return cropped;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = Math.max(0, -y); row < Math.min(height, fromHeight - y); row++) {
      const source = (channel * fromHeight + y + row) * fromWidth + x;
      const target = (channel * height + row) * width;
      cropped.data.set(data.subarray(source + left, source + right), target + left);
    }
  }
  return cropped;
}
