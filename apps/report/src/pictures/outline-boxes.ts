import { ArgumentError } from "@evenkeel/tensor";
import { getPaletteRow } from "../page/palette.ts";
import type { PictureBox, Pixels } from "./picture.ts";

/** The width of outlines, as a share of the longer side of the picture. */
const lineShare = 1 / 250;
/** Dashed outlines have this many line widths of color, then as many of the picture. */
const dash = 3;

/**
 * The picture in color with outlines of boxes in the colors of their slots, for a file. Labels are left out: a page shows them. Throws
 * ArgumentError for a picture that is not one of bytes with one channel or three.
 */
export function outlineBoxes(pixels: Pixels, boxes: readonly PictureBox[]): Pixels & { data: Uint8Array } {
  const [channels, height, width] = pixels.shape;
  if (!(pixels.data instanceof Uint8Array) || (channels !== 1 && channels !== 3)) {
    throw new ArgumentError(`pixels: found ${channels} channels, expected bytes with 1 or 3 channels`);
  }
  const area = height * width;
  const data = new Uint8Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 1 ? 0 : channel * area;
    data.set(pixels.data.subarray(from, from + area), channel * area);
  }
  const line = Math.max(1, Math.round(lineShare * Math.max(height, width)));
  for (const box of boxes) outline(data, { height, width, line }, box);
  return { data, shape: [3, height, width] };
}

function outline(
  data: Uint8Array,
  { height, width, line }: { readonly height: number; readonly width: number; readonly line: number },
  { corners, slot = 0, isDashed = false }: PictureBox,
): void {
  if (!corners.every(Number.isFinite)) return;
  const [x0, y0, x1, y1] = corners.map(Math.round) as [number, number, number, number];
  const color = readColor(getPaletteRow(slot).light);
  for (let y = Math.max(0, y0); y < Math.min(height, y1); y++) {
    for (let x = Math.max(0, x0); x < Math.min(width, x1); x++) {
      const isBeside = x - x0 < line || x1 - x <= line;
      const isAbove = y - y0 < line || y1 - y <= line;
      if (!isBeside && !isAbove) continue;
      const along = isBeside ? y - y0 : x - x0;
      if (isDashed && Math.floor(along / (dash * line)) % 2 === 1) continue;
      color.forEach((value, channel) => {
        data[(channel * height + y) * width + x] = value;
      });
    }
  }
}

/** The bytes of a color such as #0b7285. */
const readColor = (hexadecimal: string): readonly number[] =>
  [1, 3, 5].map((at) => Number.parseInt(hexadecimal.slice(at, at + 2), 16));
