import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, either, fraction, nonNegative } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import type { RandomStream } from "../random/random-stream.ts";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation, toGray } from "./adjust.ts";
import type { ExampleAugmentation } from "./annotated-image.ts";
import { aRange, makePictureAugmentation } from "./annotated-image.ts";

/** A number n for factors from max(0, 1 - n) to 1 + n, or the range of the factor. */
type FactorRange = number | readonly [low: number, high: number];

export interface ColorJitterOptions {
  /** How much brightness changes: factor 0 gives black. Default: 0. */
  readonly brightness?: FactorRange;
  /** How much contrast changes: factor 0 gives the mean grey. Default: 0. */
  readonly contrast?: FactorRange;
  /** How much saturation changes: factor 0 gives shades of grey. Default: 0. */
  readonly saturation?: FactorRange;
  /** How far hues move, as a share of the colour circle: a number n up to 0.5 for -n to n, or the range. Default: 0. */
  readonly hue?: number | readonly [low: number, high: number];
}

const factorRange: Rule = /* @__PURE__ */ either(nonNegative, /* @__PURE__ */ aRange(0));

const hueRange: Rule = {
  expected: "a number in [0, 0.5], or an array [low, high] in [-0.5, 0.5]",
  accepts: (value) =>
    typeof value === "number"
      ? value >= 0 && value <= 0.5
      : aRange(-0.5).accepts(value) && (value as number[])[1]! <= 0.5,
};

const toFactors = (range: FactorRange): readonly [low: number, high: number] =>
  typeof range === "number" ? [Math.max(0, 1 - range), 1 + range] : range;

/**
 * Changes brightness, contrast, saturation and hue by random factors, in a random order, as torchvision. Grey images have no
 * saturation and hue to change. Throws ArgumentError for wrong options.
 *
 * @example colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })
 */
export function colorJitter(options: ColorJitterOptions): ExampleAugmentation {
  checkOptions<ColorJitterOptions>("colorJitter", options, {
    brightness: factorRange,
    contrast: factorRange,
    saturation: factorRange,
    hue: hueRange,
  });
  const { brightness, contrast, saturation, hue } = options;
  type Adjustment = readonly [
    adjust: (picture: Picture, by: number) => Picture,
    range: readonly [low: number, high: number],
  ];
  const adjustments: Adjustment[] = [];
  if (brightness !== undefined) adjustments.push([adjustBrightness, toFactors(brightness)]);
  if (contrast !== undefined) adjustments.push([adjustContrast, toFactors(contrast)]);
  if (saturation !== undefined) adjustments.push([adjustSaturation, toFactors(saturation)]);
  if (hue !== undefined) adjustments.push([adjustHue, typeof hue === "number" ? [-hue, hue] : hue]);
  return makePictureAugmentation("colorJitter", (picture, random) =>
    shuffle(adjustments, random).reduce(
      (changed, [adjust, range]) => adjust(changed, random.uniform(...range)),
      picture,
    ),
  );
}

/** Fisher and Yates 1938. */
function shuffle<Item>(items: readonly Item[], random: RandomStream): Item[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.integer(0, last);
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}

/**
 * Turns images into shades of grey, which keep their number of channels. Throws ArgumentError unless the probability is in [0, 1].
 *
 * @example randomGrayscale(0.1)
 */
export function randomGrayscale(probability = 0.1): ExampleAugmentation {
  checkValue("randomGrayscale: probability", probability, fraction);
  return makePictureAugmentation("randomGrayscale", (picture, random) =>
    random.uniform() < probability ? toGray(picture) : picture,
  );
}
