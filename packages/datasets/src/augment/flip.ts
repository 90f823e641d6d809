import { checkValue, fraction } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import type { ExampleAugmentation } from "./annotated-image.ts";
import { makeAugmentation } from "./annotated-image.ts";
import type { Movement } from "./move-example.ts";
import { moveExample } from "./move-example.ts";

/**
 * Mirrors examples left to right, with their boxes and masks. Throws ArgumentError unless the probability is in [0, 1].
 *
 * @example randomHorizontalFlip(0.5)
 */
export function randomHorizontalFlip(probability = 0.5): ExampleAugmentation {
  checkValue("randomHorizontalFlip: probability", probability, fraction);
  return makeAugmentation("randomHorizontalFlip", (example, random) => {
    const [, , width] = example.image.shape;
    return random.uniform() < probability ? moveExample(example, mirror(width)) : example;
  });
}

function mirror(width: number): Movement {
  return {
    image: mirrorRows,
    masks: mirrorRows,
    box: ([x0, y0, x1, y1]) => [width - x1, y0, width - x0, y1],
  };
}

function mirrorRows({ data, shape }: Picture): Picture {
  const width = shape[2];
  const mirrored = new Uint8Array(data.length);
  for (let row = 0; row < data.length; row += width) {
    for (let x = 0; x < width; x++) mirrored[row + x] = data[row + width - 1 - x]!;
  }
  return { data: mirrored, shape };
}

/**
 * Mirrors examples top to bottom, with their boxes and masks. Throws ArgumentError unless the probability is in [0, 1].
 *
 * @example randomVerticalFlip(0.5)
 */
export function randomVerticalFlip(probability = 0.5): ExampleAugmentation {
  checkValue("randomVerticalFlip: probability", probability, fraction);
  return makeAugmentation("randomVerticalFlip", (example, random) => {
    const [, height] = example.image.shape;
    return random.uniform() < probability ? moveExample(example, turnOver(height)) : example;
  });
}

function turnOver(height: number): Movement {
  return {
    image: turnColumns,
    masks: turnColumns,
    box: ([x0, y0, x1, y1]) => [x0, height - y1, x1, height - y0],
  };
}

function turnColumns({ data, shape }: Picture): Picture {
  const [, height, width] = shape;
  const turned = new Uint8Array(data.length);
  for (let row = 0; row * width < data.length; row++) {
    const target = row - (row % height) + height - 1 - (row % height);
    turned.set(data.subarray(row * width, (row + 1) * width), target * width);
  }
  return { data: turned, shape };
}
