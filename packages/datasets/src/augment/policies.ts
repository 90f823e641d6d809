import { checkOptions, nonNegativeInteger, positiveInteger } from "@evenkeel/tensor/checks";
import type { RandomStream } from "../random/random-stream.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  equalize,
  mapBytes,
  stretchContrast,
} from "./adjust.ts";
import type { AffineStep } from "./affine.ts";
import { warpExample } from "./affine.ts";
import type { AnnotatedImage, ExampleAugmentation, VisibilityOptions } from "./annotated-image.ts";
import { makeAugmentation, visibilityRules } from "./annotated-image.ts";
import type { FillOptions } from "./crop.ts";
import { aByte } from "./crop.ts";

type PolicyOptions = FillOptions & VisibilityOptions;

/** A change of an example; its strength is in [0, 1], or in [-1, 1] if it has two directions. */
interface Change {
  readonly isSigned?: boolean;
  apply(example: AnnotatedImage, strength: number, options: PolicyOptions): AnnotatedImage;
}

/** The largest strengths, which the two policies have in common or not. */
interface Strengths {
  readonly shear: number;
  /** As a share of the width or height, or in pixels. */
  translate(side: number): number;
  readonly degrees: number;
  readonly factor: number;
  /** The number of bits that the strongest posterization leaves. */
  readonly bits: number;
}

const sideOf = (example: AnnotatedImage, axis: 1 | 2): number => example.image.shape[axis];

/** A change of the image's values alone. */
const ofImage = (
  change: (image: AnnotatedImage["image"], strength: number) => AnnotatedImage["image"],
  isSigned = false,
): Change => ({
  isSigned,
  apply: (example, strength) => ({ ...example, image: change(example.image, strength) }),
});

const ofPlace = (makeStep: (strength: number, example: AnnotatedImage) => AffineStep): Change => ({
  isSigned: true,
  // The papers and torchvision take the nearest pixel.
  apply: (example, strength, options) =>
    warpExample(example, makeStep(strength, example), { ...options, interpolation: "nearest" }),
});

/** The changes of Cubuk et al. 2019, table 1, without those that torchvision leaves out. */
const listChanges = ({ shear, translate, degrees, factor, bits }: Strengths): readonly Change[] => [
  ofImage((image) => image),
  ofPlace((strength) => ({ shear: strength * shear })),
  ofPlace((strength) => ({ verticalShear: strength * shear })),
  ofPlace((strength, example) => ({ x: Math.round(strength * translate(sideOf(example, 2))) })),
  ofPlace((strength, example) => ({ y: Math.round(strength * translate(sideOf(example, 1))) })),
  ofPlace((strength) => ({ degrees: strength * degrees })),
  ofImage((image, strength) => adjustBrightness(image, 1 + strength * factor), true),
  ofImage((image, strength) => adjustSaturation(image, 1 + strength * factor), true),
  ofImage((image, strength) => adjustContrast(image, 1 + strength * factor), true),
  ofImage((image, strength) => adjustSharpness(image, 1 + strength * factor), true),
  ofImage((image, strength) => {
    const lost = Math.round(strength * (8 - bits));
    return mapBytes(image, (byte) => (byte >> lost) << lost);
  }),
  ofImage((image, strength) =>
    mapBytes(image, (byte) => (byte >= 255 * (1 - strength) && strength > 0 ? 255 - byte : byte)),
  ),
  ofImage((image) => stretchContrast(image)),
  ofImage((image) => equalize(image)),
];

function applyRandomChange(
  example: AnnotatedImage,
  changes: readonly Change[],
  strength: number,
  random: RandomStream,
  options: PolicyOptions,
): AnnotatedImage {
  const change = changes[random.integer(0, changes.length - 1)]!;
  const sign = change.isSigned && random.uniform() < 0.5 ? -1 : 1;
  return change.apply(example, sign * strength, options);
}

export interface RandAugmentOptions extends FillOptions, VisibilityOptions {
  /** The number of changes, one after another. Default: 2. */
  readonly changes?: number;
  /** The strength of all changes, from 0 to 30. Default: 9. */
  readonly magnitude?: number;
}

/** The magnitudes of RandAugment are the integers from 0 to this one. */
const mostMagnitude = 30;

/**
 * Applies random changes of one strength (Cubuk et al. 2019, RandAugment): of brightness, saturation, contrast, sharpness and colour
 * depth, and rotations, shears and shifts, which move boxes and masks too. The ranges are torchvision's. Throws ArgumentError
 * for wrong options.
 *
 * @example randAugment({ changes: 2, magnitude: 9 })
 */
export function randAugment(options: RandAugmentOptions = {}): ExampleAugmentation {
  checkOptions<RandAugmentOptions>("randAugment", options, {
    ...visibilityRules,
    changes: positiveInteger,
    magnitude: {
      expected: `an integer from 0 to ${mostMagnitude}`,
      accepts: (value) => nonNegativeInteger.accepts(value) && (value as number) <= mostMagnitude,
    },
    fill: aByte,
  });
  const { changes: count = 2, magnitude = 9, ...rest } = options;
  const changes = listChanges({
    // The angle whose tangent is 0.3.
    shear: 16.69924423399362,
    translate: (side) => (150 / 331) * side,
    degrees: 30,
    factor: 0.9,
    bits: 4,
  });
  return makeAugmentation("randAugment", (example, random) => {
    let changed = example;
    for (let step = 0; step < count; step++) {
      changed = applyRandomChange(changed, changes, magnitude / mostMagnitude, random, rest);
    }
    return changed;
  });
}

/** Options for new pixels and cut boxes. */
export interface TrivialAugmentOptions extends FillOptions, VisibilityOptions {}

/**
 * Applies one random change of random strength (Müller and Hutter 2021, TrivialAugment with the wide ranges), as torchvision. Boxes
 * and masks move with the image. Throws ArgumentError for wrong options.
 *
 * @example trivialAugment()
 */
export function trivialAugment(options: TrivialAugmentOptions = {}): ExampleAugmentation {
  checkOptions<TrivialAugmentOptions>("trivialAugment", options, { ...visibilityRules, fill: aByte });
  const changes = listChanges({
    // The angle whose tangent is 0.99.
    shear: 44.71211397,
    translate: () => 32,
    degrees: 135,
    factor: 0.99,
    bits: 2,
  });
  return makeAugmentation("trivialAugment", (example, random) => {
    const strength = random.integer(0, mostMagnitude) / mostMagnitude;
    return applyRandomChange(example, changes, strength, random, options);
  });
}
