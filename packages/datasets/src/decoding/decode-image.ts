import { DataError } from "@evenkeel/tensor";
import { checkOptions, positiveInteger, text } from "@evenkeel/tensor/checks";
import { checkBytes } from "../formats/check-bytes.ts";
import type { Picture } from "../images/picture.ts";
import { someChannels } from "./channels.ts";
import type { Channels } from "./interleaved.ts";
import { decodeJpeg } from "./jpeg.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { decodePng, readPngSize } from "./png.ts";
import { isWebp, readWebpSize } from "./webp-header.ts";

export interface DecodeOptions {
  /** 1 for grey (the luma of colours), 3 for colour, 4 for colour and alpha. Without 4, alpha is left out. Default: 3. */
  readonly channels?: Channels;
  /** Begins the messages of errors, such as the name of the file. Default: "image". */
  readonly name?: string;
  /** Larger images are refused before they are decoded. Default: 2^27. */
  readonly maxPixels?: number;
}

const jpegSignature = [0xff, 0xd8, 0xff];
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, index) => bytes[index] === byte);

/**
 * Decodes a JPEG, PNG or WebP file, with the same pixels in Node and in browsers: JPEG by mozjpeg and WebP by libwebp in WebAssembly,
 * PNG by fast-png. JPEG files are turned as their EXIF orientation says. The decoder of WebP is loaded with the first such file.
 *
 * Throws DataError for damaged files, other formats and images of more than `maxPixels`, ArgumentError for wrong options.
 *
 * @example const { data, shape } = await decodeImage(await readFile("photos/train/cat/1.png")); // shape [3, height, width]
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  checkBytes("decodeImage: bytes", bytes);
  checkOptions<DecodeOptions>("decodeImage", options, {
    channels: someChannels,
    name: text,
    maxPixels: positiveInteger,
  });
  const { channels = 3, name = "image", maxPixels = 2 ** 27 } = options;
  const checkSize = ({ width, height }: { width: number; height: number }): void => {
    if (width > 0 && height > 0 && width * height <= maxPixels) return;
    throw new DataError(
      `${name}: found ${width} x ${height} pixels, expected at least one and at most ${maxPixels}`,
    );
  };
  if (startsWith(bytes, jpegSignature)) {
    checkSize(readJpegHeader(bytes, name));
    return decodeJpeg(bytes, name, channels);
  }
  if (startsWith(bytes, pngSignature)) {
    checkSize(readPngSize(bytes, name));
    return decodePng(bytes, name, channels);
  }
  if (isWebp(bytes)) {
    checkSize(readWebpSize(bytes, name));
    const { decodeWebp } = await import("./webp.ts");
    return decodeWebp(bytes, name, channels);
  }
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new DataError(
    `${name}: found a file that begins with ${start || "nothing"}, expected JPEG, PNG or WebP`,
  );
}
