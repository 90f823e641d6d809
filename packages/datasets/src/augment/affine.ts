import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, either, finite, fraction, listOf, oneOf } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import { getPlane, makePicture } from "../images/picture.ts";
import { computeCosine, computeSine } from "../random/exact-math.ts";
import type { AnnotatedImage, ExampleAugmentation, Range, VisibilityOptions } from "./annotated-image.ts";
import { aRange, makeAugmentation, visibilityRules } from "./annotated-image.ts";
import type { FillOptions } from "./crop.ts";
import { aByte } from "./crop.ts";
import type { Box } from "./move-example.ts";
import { moveExample } from "./move-example.ts";

export interface RandomAffineOptions extends FillOptions, VisibilityOptions {
  /** The range of the rotation in degrees, counterclockwise. Default: 0. */
  readonly degrees?: Range;
  /** The largest shifts, as shares of the width and the height. Default: none. */
  readonly translate?: readonly [x: number, y: number];
  /** The range of the scale. Default: [1, 1]. */
  readonly scale?: readonly [low: number, high: number];
  /** The range of the angle in degrees by which vertical edges lean. Default: 0. */
  readonly shear?: Range;
  /** How the values of the image are found; masks take the nearest value. Default: "bilinear". */
  readonly interpolation?: "nearest" | "bilinear";
}

const range: Rule = /* @__PURE__ */ either(finite, /* @__PURE__ */ aRange());

export const toEnds = (given: Range): readonly [low: number, high: number] =>
  typeof given === "number" ? [-Math.abs(given), Math.abs(given)] : given;

/**
 * Rotates, shifts, scales and shears examples around the middle of the image, whose size stays. A box becomes the bounds of its moved
 * corners. Throws ArgumentError for wrong options.
 *
 * @example randomAffine({ degrees: 15, translate: [0.1, 0.1], scale: [0.9, 1.1] })
 */
export function randomAffine(options: RandomAffineOptions): ExampleAugmentation {
  checkOptions<RandomAffineOptions>("randomAffine", options, {
    ...visibilityRules,
    degrees: range,
    translate: listOf(fraction, 2),
    scale: aRange(1e-3),
    shear: range,
    fill: aByte,
    interpolation: oneOf("nearest", "bilinear"),
  });
  const { degrees = 0, translate: [byX, byY] = [0, 0], scale = [1, 1], shear = 0, ...rest } = options;
  return makeAugmentation("randomAffine", (example, random) => {
    const [, height, width] = example.image.shape;
    return warpExample(
      example,
      {
        degrees: random.uniform(...toEnds(degrees)),
        x: Math.round(random.uniform(-byX, byX) * width),
        y: Math.round(random.uniform(-byY, byY) * height),
        scale: random.uniform(...scale),
        shear: random.uniform(...toEnds(shear)),
      },
      rest,
    );
  });
}

/** A rotation and shear in degrees and a scale around the middle of an image, then a shift in pixels. */
export interface AffineStep {
  readonly degrees?: number;
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly shear?: number;
  /** The angle in degrees by which horizontal edges lean. */
  readonly verticalShear?: number;
}

/** x' = a x + b y + c, y' = d x + e y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

function multiply([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const determinant = a * e - b * d;
  const [p, q, r, s] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [p, q, -(p * c + q * f), r, s, -(r * c + s * f)];
}

function makeMatrix(step: AffineStep, height: number, width: number): Matrix {
  const { degrees = 0, x = 0, y = 0, scale = 1, shear = 0, verticalShear = 0 } = step;
  const [sine, cosine] = [computeSine(degrees), computeCosine(degrees)];
  const lean = (angle: number): number => computeSine(angle) / computeCosine(angle);
  const toMiddle: Matrix = [1, 0, width / 2 + x, 0, 1, height / 2 + y];
  // The y axis points down, so that a counterclockwise rotation has the sine with the other sign.
  const turn: Matrix = [scale * cosine, scale * sine, 0, -scale * sine, scale * cosine, 0];
  const shearing: Matrix = [1, lean(shear), 0, lean(verticalShear), 1, 0];
  const fromMiddle: Matrix = [1, 0, -width / 2, 0, 1, -height / 2];
  return [turn, shearing, fromMiddle].reduce(multiply, toMiddle);
}

interface WarpOptions extends FillOptions, VisibilityOptions {
  readonly interpolation?: "nearest" | "bilinear";
}

export function warpExample(example: AnnotatedImage, step: AffineStep, options: WarpOptions): AnnotatedImage {
  const { fill = 0, minVisibility, interpolation = "bilinear" } = options;
  const [, height, width] = example.image.shape;
  const matrix = makeMatrix(step, height, width);
  const inverse = invert(matrix);
  const warp = interpolation === "nearest" ? pickNearest : mixFour;
  return moveExample(
    example,
    {
      image: (picture) => warpPicture(picture, inverse, fill, warp),
      masks: (masks) => warpPicture(masks, inverse, 0, pickNearest),
      box: (box) => moveBox(box, matrix),
    },
    minVisibility,
  );
}

function moveBox([x0, y0, x1, y1]: Box, [a, b, c, d, e, f]: Matrix): Box {
  const xs = [a * x0 + b * y0 + c, a * x1 + b * y0 + c, a * x0 + b * y1 + c, a * x1 + b * y1 + c];
  const ys = [d * x0 + e * y0 + f, d * x1 + e * y0 + f, d * x0 + e * y1 + f, d * x1 + e * y1 + f];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The value of a plane at a place, where the middle of the first pixel is at (0.5, 0.5). */
type Sample = (
  plane: Uint8Array,
  height: number,
  width: number,
  x: number,
  y: number,
  fill: number,
) => number;

function warpPicture(picture: Picture, [a, b, c, d, e, f]: Matrix, fill: number, sample: Sample): Picture {
  const [channels, height, width] = picture.shape;
  const warped = makePicture(channels, height, width);
  for (let channel = 0, target = 0; channel < channels; channel++) {
    const plane = getPlane(picture, channel);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [x, y] = [column + 0.5, row + 0.5];
        warped.data[target++] = sample(plane, height, width, a * x + b * y + c, d * x + e * y + f, fill);
      }
    }
  }
  return warped;
}

const pickNearest: Sample = (plane, height, width, x, y, fill) => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const isInside = column >= 0 && column < width && row >= 0 && row < height;
  return isInside ? plane[row * width + column]! : fill;
};

const mixFour: Sample = (plane, height, width, x, y, fill) => {
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  const value = (column: number, row: number): number =>
    column >= 0 && column < width && row >= 0 && row < height ? plane[row * width + column]! : fill;
  const above = value(left, top) * (1 - right) + value(left + 1, top) * right;
  const below = value(left, top + 1) * (1 - right) + value(left + 1, top + 1) * right;
  return Math.floor(above * (1 - down) + below * down + 0.5);
};
