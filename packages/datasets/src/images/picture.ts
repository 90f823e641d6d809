import { ShapeError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, describeValue, getBuiltinName, listOf, positiveInteger } from "@evenkeel/tensor/checks";

/** One image in host memory: a byte for each channel value, in the order channels x height x width. */
export interface Picture {
  readonly data: Uint8Array;
  readonly shape: readonly [channels: number, height: number, width: number];
}

const aPicture: Rule = {
  expected: "an image { data, shape } of bytes, with the shape [channels, height, width]",
  accepts: (value) =>
    typeof value === "object" &&
    value !== null &&
    "data" in value &&
    getBuiltinName(value.data) === "Uint8Array" &&
    "shape" in value &&
    listOf(positiveInteger, 3).accepts(value.shape),
};

/** Throws ArgumentError for what is not a picture, ShapeError for one whose bytes do not fit its shape. */
export function checkPicture(where: string, picture: Picture): void {
  checkValue(where, picture, aPicture);
  const [channels, height, width] = picture.shape;
  if (picture.data.length === channels * height * width) return;
  throw new ShapeError(
    `${where}: found ${picture.data.length} bytes, expected ${channels * height * width} for the shape ${describeValue(picture.shape)}`,
  );
}

/** An image of zeros. */
export const makePicture = (channels: number, height: number, width: number): Picture => ({
  data: new Uint8Array(channels * height * width),
  shape: [channels, height, width],
});

/** The bytes of one channel. */
export function getPlane({ data, shape: [, height, width] }: Picture, channel: number): Uint8Array {
  const area = height * width;
  return data.subarray(channel * area, (channel + 1) * area);
}
