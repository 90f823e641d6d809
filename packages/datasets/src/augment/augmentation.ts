import { checkValue, nonNegativeInteger } from "@evenkeel/tensor/checks";
import type { RandomStream } from "../random/random-stream.ts";

/** Writes a changed copy of one image; `source` and `target` hold channels x height x width bytes. */
export type Augmentation = (
  source: Uint8Array,
  target: Uint8Array,
  shape: readonly [channels: number, height: number, width: number],
  random: RandomStream,
) => void;

/** Mirrors images horizontally with probability 1/2. */
export function flipHorizontally(): Augmentation {
  return (source, target, [, , width], random) => {
    if (random.uniform() < 0.5) return target.set(source);
    for (let row = 0; row < source.length; row += width) {
      for (let x = 0; x < width; x++) target[row + x] = source[row + width - 1 - x]!;
    }
  };
}

/**
 * Shifts images by up to `pixels` in both dimensions; new pixels are 0. This equals a random crop, to the original
 * size, of the image padded by `pixels` on every side (He et al. 2015, section 4.2). Throws ArgumentError unless `pixels` is a
 * non-negative integer.
 */
export function shift(pixels: number): Augmentation {
  checkValue("shift: pixels", pixels, nonNegativeInteger);
  return (source, target, [channels, height, width], random) => {
    const down = random.integer(-pixels, pixels);
    const right = random.integer(-pixels, pixels);
    target.fill(0);
    const [fromX, toX] = [Math.max(0, right), Math.min(width, width + right)];
    for (let channel = 0; channel < channels; channel++) {
      for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        const row = (channel * height + y) * width;
        const sourceRow = row - down * width - right;
        if (toX > fromX) target.set(source.subarray(sourceRow + fromX, sourceRow + toX), row + fromX);
      }
    }
  };
}
