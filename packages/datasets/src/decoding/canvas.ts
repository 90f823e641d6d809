import { ArgumentError } from "@evenkeel/tensor";
import { checkOptions, describeValue } from "@evenkeel/tensor/checks";
import type { Picture } from "../images/picture.ts";
import { someChannels } from "./channels.ts";
import type { Channels } from "./interleaved.ts";
import { splitChannels } from "./interleaved.ts";

/** Pixels of a page: an ImageData, or what a canvas can draw. */
export type PixelSource =
  | ImageData
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | HTMLVideoElement;

export interface PixelOptions {
  /** 1 for grey, 3 for colour, 4 for colour and alpha. Default: 3. */
  readonly channels?: Channels;
}

/**
 * Reads the pixels of a canvas, an image, a video frame, an ImageBitmap or an ImageData. Only those of an ImageData are the same in
 * all browsers: for files use `decodeImage`. Throws ArgumentError for other sources and for images that have not loaded.
 *
 * @example readPixels({ data: new Uint8ClampedArray(16), width: 2, height: 2 }) // -> [3, 2, 2]
 */
export function readPixels(
  source: PixelSource | Pick<ImageData, "data" | "width" | "height">,
  options: PixelOptions = {},
): Picture {
  checkOptions<PixelOptions>("readPixels", options, { channels: someChannels });
  const image = isImageData(source) ? source : draw(source as Exclude<PixelSource, ImageData>);
  return splitChannels({ ...toParts(image), channels: 4 }, options.channels ?? 3);
}

type Pixels = Pick<ImageData, "data" | "width" | "height">;

/** The members are getters of the class, which spreading leaves out. */
const toParts = ({ data, width, height }: Pixels): Pixels => ({ data, width, height });

const isImageData = (source: unknown): source is Pixels =>
  typeof source === "object" &&
  source !== null &&
  "data" in source &&
  ArrayBuffer.isView(source.data) &&
  "width" in source &&
  "height" in source &&
  (source.data as Uint8Array).length === 4 * Number(source.width) * Number(source.height);

function draw(source: Exclude<PixelSource, ImageData>): Pixels {
  const [width, height] = findSize(source);
  const canvas = makeCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D | null;
  if (context === null) throw new ArgumentError("readPixels: found no 2d context for a canvas");
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function findSize(source: object): readonly [width: number, height: number] {
  const { naturalWidth, naturalHeight, videoWidth, videoHeight, width, height } = (source ?? {}) as {
    readonly [name: string]: unknown;
  };
  const found = [naturalWidth ?? videoWidth ?? width, naturalHeight ?? videoHeight ?? height];
  if (found.every((side) => typeof side === "number" && side > 0)) return found as [number, number];
  throw new ArgumentError(
    `readPixels: found ${describeValue(source)}, expected an ImageData, a canvas, an ImageBitmap, or an image or video that has loaded`,
  );
}

function makeCanvas(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  if (typeof document === "undefined") {
    throw new ArgumentError("readPixels: found no canvas in this engine, expected an ImageData");
  }
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
