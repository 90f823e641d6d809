export type { PixelOptions, PixelSource } from "./canvas.ts";
export { readPixels } from "./canvas.ts";
export type { DecodeOptions } from "./decode-image.ts";
export { decodeImage } from "./decode-image.ts";
export type { Channels } from "./interleaved.ts";
export { setJpegModule } from "./jpeg.ts";
export { setWebpModule } from "./webp-module.ts";
