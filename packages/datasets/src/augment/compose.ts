import { ArgumentError, ShapeError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { callable, checkValue, describeValue, either } from "@evenkeel/tensor/checks";
import type { AnnotatedImage, ExampleAugmentation } from "./annotated-image.ts";
import { anExampleAugmentation, makeAugmentation } from "./annotated-image.ts";
import type { Augmentation } from "./augmentation.ts";

/** Accepts an augmentation of images or of examples. */
export const anAugmentation: Rule = /* @__PURE__ */ either(callable, anExampleAugmentation);

/**
 * Applies augmentations one after another. The result is an augmentation of examples if one of the steps is. Throws ArgumentError
 * for a step that is no augmentation.
 *
 * @example compose(randomCrop(32, { padding: 4 }), randomHorizontalFlip(), colorJitter({ brightness: 0.2 }))
 */
export function compose(...steps: readonly Augmentation[]): Augmentation;
export function compose(...steps: readonly (Augmentation | ExampleAugmentation)[]): ExampleAugmentation;
export function compose(
  ...steps: readonly (Augmentation | ExampleAugmentation)[]
): Augmentation | ExampleAugmentation {
  for (const step of steps) checkValue("compose: step", step, anAugmentation);
  if (steps.every((step) => typeof step === "function")) return composeImages(steps);
  const parts = steps.map((step) => (typeof step === "function" ? asExampleAugmentation(step) : step));
  return makeAugmentation("compose", (example, random) =>
    parts.reduce((changed, part) => part.apply(changed, random), example),
  );
}

function composeImages(steps: readonly Augmentation[]): Augmentation {
  return (source, target, shape, random) => {
    let input = source;
    for (const step of steps) {
      step(input, target, shape, random);
      input = target.slice();
    }
    if (steps.length === 0) target.set(source);
  };
}

/** An augmentation of images for examples without boxes and masks, which it would not move. */
const asExampleAugmentation = (augment: Augmentation): ExampleAugmentation =>
  makeAugmentation("compose", (example, random) => {
    if (example.boxes !== undefined || example.masks !== undefined) {
      throw new ArgumentError(
        "compose: found boxes or masks, expected only augmentations that move them, such as randomHorizontalFlip instead of flipHorizontally",
      );
    }
    const { data, shape } = example.image;
    const target = new Uint8Array(data.length);
    augment(data, target, shape, random);
    return { ...example, image: { data: target, shape } };
  });

/** An augmentation of examples for the images of a set, whose shape it must keep. */
export function asAugmentation(augment: Augmentation | ExampleAugmentation): Augmentation {
  if (typeof augment === "function") return augment;
  return (source, target, shape, random) => {
    const example: AnnotatedImage = { image: { data: source, shape } };
    const { data, shape: found } = augment.apply(example, random).image;
    if (found.some((side, axis) => side !== shape[axis])) {
      throw new ShapeError(
        `batches: augment: found an image of the shape ${describeValue(found)}, expected ${describeValue(shape)} as in the set`,
      );
    }
    target.set(data);
  };
}
