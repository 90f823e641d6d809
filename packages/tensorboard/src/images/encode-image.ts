import type { HostArray } from "@evenkeel/nn";
import { ArgumentError, formatShape, ShapeError } from "@evenkeel/tensor";
import { encode } from "fast-png";

/** An image as a PNG file. */
export interface EncodedImage {
  readonly height: number;
  readonly width: number;
  /** 1 for gray, 2 with alpha, 3 for colors, 4 with alpha. */
  readonly channels: number;
  readonly png: Uint8Array;
}

/**
 * Encodes an image [height, width] or [channels, height, width] of bytes, or of numbers from 0 to 1, which are clamped; NaN is black.
 * Throws ShapeError for another shape, ArgumentError for other elements.
 */
export function encodeImage({ data, shape }: Pick<HostArray, "data" | "shape">): EncodedImage {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  const isImage = shape.length >= 2 && shape.length <= 3 && shape.every((size) => size > 0) && channels! <= 4;
  if (!isImage || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new ShapeError(
      `addImage: found ${data.length} values of shape ${formatShape(shape)}, expected [height, width] or [1 to 4 channels, height, width]`,
    );
  }
  const toByte = findScale(data);
  const plane = height! * width!;
  const pixels = new Uint8Array(plane * channels!);
  for (let channel = 0; channel < channels!; channel++) {
    for (let at = 0; at < plane; at++) pixels[at * channels! + channel] = toByte(data[channel * plane + at]!);
  }
  const png = encode({ width: width!, height: height!, data: pixels, depth: 8, channels: channels! });
  return { height: height!, width: width!, channels: channels!, png };
}

function findScale(data: HostArray["data"]): (value: number) => number {
  if (data instanceof Uint8Array) return (byte) => byte;
  if (data instanceof Float32Array) return (share) => Math.round(255 * Math.min(1, Math.max(0, share)));
  throw new ArgumentError(
    `addImage: found a ${data.constructor.name}, expected bytes or 32-bit floats from 0 to 1`,
  );
}
