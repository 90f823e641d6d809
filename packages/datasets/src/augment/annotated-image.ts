import { ShapeError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, describeValue, finite, fraction, positiveInteger } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import { checkPicture } from "../images/picture.ts";
import type { RandomStream } from "../random/random-stream.ts";

/** Boxes in pixels from the left and top edges of the image: x0, y0, x1, y1, where x1 and y1 lie outside. */
export interface Boxes {
  readonly data: Float32Array;
  readonly shape: readonly [count: number, four: number];
}

/**
 * An image and what is known about it. If it has boxes, the parts `labels`, `masks`, `difficult`, `truncated`, `crowd` and `areas`
 * have an entry for each box, and lose the entries of boxes that are cut off. Other parts stay as they are.
 */
export interface AnnotatedImage {
  readonly image: Picture;
  readonly boxes?: Boxes;
  /** Masks [n, height, width] of objects, or a map of classes [1, height, width]. */
  readonly masks?: Picture | { readonly data: Uint8Array; readonly shape: readonly number[] };
  /** The class of the image, or of each box. */
  readonly labels?: unknown;
}

/**
 * A random change of an image together with its boxes and masks. It returns a new example and leaves the given one as it is.
 * `compose` applies several; `augmentExamples` applies it to a dataset, `batches` to an image set.
 */
export interface ExampleAugmentation {
  apply<Example extends AnnotatedImage>(example: Example, random: RandomStream): Example;
}

/** Accepts what has the method `apply` of an augmentation, and is not a function. */
export const anExampleAugmentation: Rule = {
  expected: "an augmentation of examples, such as randomCrop(224)",
  accepts: (value) =>
    typeof value === "object" && value !== null && "apply" in value && typeof value.apply === "function",
};

/** A size of images: one number for both dimensions, or [height, width]. */
export type Size = number | readonly [height: number, width: number];

export const aSize: Rule = {
  expected: "a positive integer, or an array of two [height, width]",
  accepts: (value) =>
    positiveInteger.accepts(value) ||
    (Array.isArray(value) && value.length === 2 && value.every((side) => positiveInteger.accepts(side))),
};

export const toHeightAndWidth = (size: Size): readonly [height: number, width: number] =>
  typeof size === "number" ? [size, size] : size;

/** A number n for the range from -n to n, or both ends. */
export type Range = number | readonly [low: number, high: number];

/** Accepts an array of two finite numbers from `least`, the lower one first. */
export const aRange = (least: number = Number.NEGATIVE_INFINITY): Rule => ({
  expected: `an array [low, high]${least > Number.NEGATIVE_INFINITY ? ` from ${least}` : ""}`,
  accepts: (value) =>
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((end) => finite.accepts(end) && end >= least) &&
    value[0] <= value[1],
});

/** The options of augmentations that move or cut boxes. */
export interface VisibilityOptions {
  /** The share of a box's area that must stay in the image for the box to be kept. Default: 0, at least one pixel. */
  readonly minVisibility?: number;
}

export const visibilityRules: { readonly minVisibility: Rule } = { minVisibility: fraction };

/** Makes an augmentation that checks the example which it is given. `name` begins its messages. */
export function makeAugmentation(
  name: string,
  apply: (example: AnnotatedImage, random: RandomStream) => AnnotatedImage,
): ExampleAugmentation {
  return {
    apply: <Example extends AnnotatedImage>(example: Example, random: RandomStream): Example => {
      checkExample(name, example);
      return apply(example, random) as Example;
    },
  };
}

/** An augmentation of the picture alone, which keeps its size. */
export const makePictureAugmentation = (
  name: string,
  change: (picture: Picture, random: RandomStream) => Picture,
): ExampleAugmentation =>
  makeAugmentation(name, (example, random) => ({ ...example, image: change(example.image, random) }));

const isObject: Rule = {
  expected: "an example { image, boxes?, masks?, labels? }",
  accepts: (value) => typeof value === "object" && value !== null && "image" in value,
};

function checkExample(where: string, example: AnnotatedImage): void {
  checkValue(`${where}: example`, example, isObject);
  const { image, boxes, masks } = example;
  checkPicture(`${where}: image`, image);
  if (boxes !== undefined && !(boxes.shape?.[1] === 4 && boxes.data?.length === 4 * boxes.shape[0])) {
    throw new ShapeError(
      `${where}: boxes: found ${boxes.data?.length} values of the shape ${describeValue(boxes.shape)}, expected [n, 4]`,
    );
  }
  if (masks === undefined) return;
  const [, height, width] = image.shape;
  const [count, maskHeight, maskWidth] = masks.shape ?? [];
  const isRight = maskHeight === height && maskWidth === width && masks.shape.length === 3;
  if (isRight && masks.data.length === count! * height * width) return;
  throw new ShapeError(
    `${where}: masks: found ${masks.data?.length} values of the shape ${describeValue(masks.shape)}, expected [n, ${height}, ${width}] as in the image`,
  );
}
