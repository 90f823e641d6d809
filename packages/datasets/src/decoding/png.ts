import { DataError } from "@evenkeel/tensor";
import type { DecodedPng } from "fast-png";
import { convertIndexedToRgb, decode } from "fast-png";
import type { Picture } from "../images/picture.ts";
import type { Channels, Interleaved } from "./interleaved.ts";
import { splitChannels } from "./interleaved.ts";

/** The size in the header, which is the first chunk. Throws DataError for a file that is shorter. */
export function readPngSize(bytes: Uint8Array, name: string): { width: number; height: number } {
  if (bytes.length < 24) throw new DataError(`${name}: found ${bytes.length} bytes, expected a PNG file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/** Throws DataError for a damaged file: checksums are checked. */
export function decodePng(bytes: Uint8Array, name: string, channels: Channels): Picture {
  try {
    return splitChannels(toInterleaved(decode(bytes, { checkCrc: true })), channels);
  } catch (error) {
    throw new DataError(`${name}: found a damaged PNG file: ${(error as Error).message}`, { cause: error });
  }
}

function toInterleaved(png: DecodedPng): Interleaved {
  const { width, height, palette } = png;
  if (palette !== undefined) {
    return { data: convertIndexedToRgb(png), width, height, channels: palette[0]!.length };
  }
  const data = toBytes(png);
  if (data.length !== width * height * png.channels) throw new Error("the pixels are incomplete");
  return png.transparency === undefined || png.transparency.length === 0
    ? { data, width, height, channels: png.channels }
    : addTransparency(png, data);
}

/** The values in eight bits: of 16 bits the upper half, fewer bits stretched to the range from 0 to 255. */
function toBytes({ data, depth, width, height, channels }: DecodedPng): Uint8Array {
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  if (depth === 8) return data as Uint8Array;
  const bytes = new Uint8Array(width * height * channels);
  const rowBytes = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++, target++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)]!;
      bytes[target] = (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
    }
  }
  return bytes;
}

/** Pixels of the one transparent colour get alpha 0. */
function addTransparency(png: DecodedPng, data: Uint8Array): Interleaved {
  const { width, height, channels, transparency } = png;
  const withAlpha = new Uint8Array(width * height * (channels + 1));
  const scale = (value: number): number =>
    png.depth === 16 ? value >> 8 : (value * 255) / (2 ** png.depth - 1);
  const clear = Array.from(transparency!, scale);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const values = data.subarray(pixel * channels, (pixel + 1) * channels);
    withAlpha.set(values, pixel * (channels + 1));
    const isClear = values.every((value, channel) => value === clear[channel]);
    withAlpha[pixel * (channels + 1) + channels] = isClear ? 0 : 255;
  }
  return { data: withAlpha, width, height, channels: channels + 1 };
}
