import { ShapeError } from "@evenkeel/tensor";
import type { Picture } from "../images/picture.ts";
import { getPlane } from "../images/picture.ts";

const toByte = (value: number): number => Math.min(255, Math.max(0, Math.floor(value + 0.5)));

/** Replaces each byte by what a function makes of it. */
export function mapBytes({ data, shape }: Picture, change: (byte: number) => number): Picture {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => toByte(change(byte)));
  // A loop, because `map` of typed arrays is several times slower.
  const changed = new Uint8Array(data.length);
  for (let place = 0; place < data.length; place++) changed[place] = table[data[place]!]!;
  return { data: changed, shape };
}

export const adjustBrightness = (picture: Picture, factor: number): Picture =>
  mapBytes(picture, (byte) => byte * factor);

/** The luma of ITU-R BT.601, as in Pillow. */
const computeLuma = (red: number, green: number, blue: number): number =>
  0.299 * red + 0.587 * green + 0.114 * blue;

/** Throws ShapeError for images that have neither one channel nor three. */
function isGray(picture: Picture): boolean {
  const [channels] = picture.shape;
  if (channels === 1 || channels === 3) return channels === 1;
  throw new ShapeError(`colours: found an image of ${channels} channels, expected 1 or 3`);
}

/** Applies a function to the three channels of each pixel, and writes what it writes into its last argument. */
function mapColors(
  picture: Picture,
  change: (red: number, green: number, blue: number, into: Float64Array) => void,
): Picture {
  const [reds, greens, blues] = [0, 1, 2].map((channel) => getPlane(picture, channel)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const area = reds.length;
  const data = new Uint8Array(3 * area);
  const into = new Float64Array(3);
  for (let pixel = 0; pixel < area; pixel++) {
    change(reds[pixel]!, greens[pixel]!, blues[pixel]!, into);
    for (let channel = 0; channel < 3; channel++) data[channel * area + pixel] = toByte(into[channel]!);
  }
  return { data, shape: picture.shape };
}

export function toGray(picture: Picture): Picture {
  if (isGray(picture)) return picture;
  return mapColors(picture, (red, green, blue, into) => into.fill(computeLuma(red, green, blue)));
}

/** Moves all values away from the mean grey, or towards it. */
export function adjustContrast(picture: Picture, factor: number): Picture {
  const mean = computeMeanGray(picture);
  return mapBytes(picture, (byte) => mean + factor * (byte - mean));
}

/** The mean of the bytes of the picture in shades of grey. */
function computeMeanGray(picture: Picture): number {
  const [first, second, third] = [0, 1, 2].map((channel) => getPlane(picture, channel)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const isGrayAlready = isGray(picture);
  let sum = 0;
  for (let pixel = 0; pixel < first.length; pixel++) {
    sum += isGrayAlready ? first[pixel]! : toByte(computeLuma(first[pixel]!, second[pixel]!, third[pixel]!));
  }
  return sum / first.length;
}

/** Moves the colour of each pixel away from its grey, or towards it. */
export function adjustSaturation(picture: Picture, factor: number): Picture {
  if (isGray(picture)) return picture;
  return mapColors(picture, (red, green, blue, into) => {
    const luma = computeLuma(red, green, blue);
    into[0] = luma + factor * (red - luma);
    into[1] = luma + factor * (green - luma);
    into[2] = luma + factor * (blue - luma);
  });
}

/** Moves hues by a share of the colour circle; value and saturation (of HSV) stay. */
export function adjustHue(picture: Picture, share: number): Picture {
  if (isGray(picture)) return picture;
  return mapColors(picture, (red, green, blue, into) => {
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    const hue = computeHue(red, green, blue, value, chroma) + 6 * share;
    // The distance of the hue from each primary colour decides the channel: Smith 1978 without branches.
    for (let channel = 0; channel < 3; channel++) {
      const place = (((hue + [5, 3, 1][channel]!) % 6) + 6) % 6;
      into[channel] = value - chroma * Math.max(0, Math.min(1, place, 4 - place));
    }
  });
}

/** The hue in sixths of the colour circle, from red. */
function computeHue(red: number, green: number, blue: number, value: number, chroma: number): number {
  if (chroma === 0) return 0;
  if (value === red) return (green - blue) / chroma;
  return value === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
}

/** Stretches each channel to the whole range from 0 to 255. */
export function stretchContrast(picture: Picture): Picture {
  return mapPlanes(picture, (plane) => {
    const low = plane.reduce((least, byte) => Math.min(least, byte), 255);
    const high = plane.reduce((most, byte) => Math.max(most, byte), 0);
    return high > low ? (byte) => ((byte - low) * 255) / (high - low) : (byte) => byte;
  });
}

/** Gives the values of each channel equal shares of the range, by the histogram, as Pillow. */
export function equalize(picture: Picture): Picture {
  return mapPlanes(picture, (plane) => {
    const histogram = new Int32Array(256);
    for (const byte of plane) histogram[byte]!++;
    const used = histogram.filter((count) => count > 0);
    const step = Math.floor((plane.length - (used.at(-1) ?? 0)) / 255);
    if (used.length <= 1 || step === 0) return (byte) => byte;
    let sum = Math.floor(step / 2);
    const table = Array.from(histogram, (count) => {
      const value = Math.floor(sum / step);
      sum += count;
      return Math.min(255, value);
    });
    return (byte) => table[byte]!;
  });
}

/** Replaces each byte by what the function for its channel makes of it. */
function mapPlanes(picture: Picture, makeChange: (plane: Uint8Array) => (byte: number) => number): Picture {
  const [channels, height, width] = picture.shape;
  const data = new Uint8Array(picture.data.length);
  for (let channel = 0; channel < channels; channel++) {
    const plane = getPlane(picture, channel);
    const changed = mapBytes({ data: plane, shape: [1, height, width] }, makeChange(plane));
    data.set(changed.data, channel * height * width);
  }
  return { data, shape: picture.shape };
}

/** Blends each image with a smoothed one: factors below 1 blur it, those above 1 sharpen it. Pixels at the edges stay. */
export function adjustSharpness(picture: Picture, factor: number): Picture {
  const [channels, height, width] = picture.shape;
  const data = picture.data.slice();
  for (let channel = 0; channel < channels; channel++) {
    const plane = getPlane(picture, channel);
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const place = y * width + x;
        const smooth = computeSmooth(plane, place, width);
        data[channel * height * width + place] = toByte(smooth + factor * (plane[place]! - smooth));
      }
    }
  }
  return { data, shape: picture.shape };
}

/** The mean of nine pixels, of which the middle one counts five times. */
function computeSmooth(plane: Uint8Array, place: number, width: number): number {
  let sum = 4 * plane[place]!;
  for (let row = place - width; row <= place + width; row += width) {
    sum += plane[row - 1]! + plane[row]! + plane[row + 1]!;
  }
  return sum / 13;
}
