import type { Picture } from "../images/picture.ts";
import { makePicture } from "../images/picture.ts";

/** The number of channels of a decoded image: grey, colour, or colour and alpha. */
export type Channels = 1 | 3 | 4;

/** Values in the order height x width x channels: grey, grey and alpha, colour, or colour and alpha. */
export interface Interleaved {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Weights of ITU-R BT.601 in units of 2^-16, which Pillow uses too. */
const luma = { red: 19595, green: 38470, blue: 7471 };

/** Separates channels, and makes as many as are asked for: colours become their luma; without alpha, images are opaque. */
export function splitChannels(image: Interleaved, channels: Channels): Picture {
  const { data, width, height } = image;
  const picture = makePicture(channels, height, width);
  const area = width * height;
  const step = image.channels;
  const isGray = step <= 2;
  const alpha = step % 2 === 0 ? step - 1 : undefined;
  for (let pixel = 0, source = 0; pixel < area; pixel++, source += step) {
    const red = data[source]!;
    const green = isGray ? red : data[source + 1]!;
    const blue = isGray ? red : data[source + 2]!;
    if (channels === 1) {
      picture.data[pixel] = isGray
        ? red
        : (luma.red * red + luma.green * green + luma.blue * blue + 0x8000) >> 16;
      continue;
    }
    picture.data[pixel] = red;
    picture.data[area + pixel] = green;
    picture.data[2 * area + pixel] = blue;
    if (channels === 4) picture.data[3 * area + pixel] = alpha === undefined ? 255 : data[source + alpha]!;
  }
  return picture;
}
