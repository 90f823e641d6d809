import { ArgumentError } from "@evenkeel/tensor";
import { encode } from "fast-png";
import type { HeatOverlay, Pixels } from "./picture.ts";

/** Encodes pixels as the bytes of a PNG file, gray or in color. Throws ArgumentError for pixels that do not fit their shape. */
export function encodePicture(pixels: Pixels): Uint8Array {
  const [channels, height, width] = pixels.shape;
  checkPixels("pixels", pixels.data.length, pixels.shape);
  if (channels !== 1 && channels !== 3) {
    throw new ArgumentError(`pixels.shape: found ${channels} channels, expected 1 or 3`);
  }
  const [low, high] = pixels.range ?? findRange(pixels.data);
  const data = new Uint8Array(height * width * channels);
  const area = height * width;
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      const value = pixels.data[channel * area + pixel]!;
      data[pixel * channels + channel] = toByte((value - low) / (high - low || 1));
    }
  }
  return encode({ width, height, channels, depth: 8, data });
}

function checkPixels(name: string, found: number, shape: readonly number[]): void {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (found !== expected || expected === 0) {
    throw new ArgumentError(
      `${name}: found ${found} values, expected those of the shape [${shape.join(", ")}]`,
    );
  }
}

/** NaN becomes black. */
const toByte = (share: number): number => Math.round(255 * Math.min(1, Math.max(0, share || 0)));

function findRange(data: Uint8Array | Float32Array): readonly [low: number, high: number] {
  if (data instanceof Uint8Array) return [0, 255];
  const finite = data.filter(Number.isFinite);
  return finite.length === 0
    ? [0, 1]
    : finite.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
        finite[0]!,
        finite[0]!,
      ] as [number, number]);
}

/** Red, green and blue of the overlay, which differ from most pictures in both themes. */
const heatColor = [255, 140, 0] as const;
const mostOpaque = 0.8;

/** Encodes a map of weights as a PNG file of one color, more opaque where the weight is larger. Throws ArgumentError like `encodePicture`. */
export function encodeHeat({ data, shape }: HeatOverlay): Uint8Array {
  checkPixels("heat", data.length, shape);
  const [height, width] = shape;
  const [, high] = findRange(data);
  const pixels = new Uint8Array(height * width * 4);
  for (let index = 0; index < data.length; index++) {
    pixels.set(heatColor, 4 * index);
    pixels[4 * index + 3] = high > 0 ? toByte((mostOpaque * data[index]!) / high) : 0;
  }
  return encode({ width, height, channels: 4, depth: 8, data: pixels });
}
