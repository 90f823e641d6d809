import { escapeHtml, escapeProse } from "../page/escape.ts";
import { getColor } from "../page/palette.ts";
import { encodeHeat, encodePicture } from "./encode-picture.ts";
import type { Picture, PictureBox, Pictures } from "./picture.ts";

const encodeAddress = (png: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

/** Pictures with their captions, in rows. */
export const drawPictures = ({ pictures, size = "medium" }: Pictures): string =>
  `<div class="wide pictures ${size}">\n${pictures.map(drawPicture).join("\n")}\n</div>`;

/** A picture smaller than this shows its pixels when it is enlarged. */
const fewPixels = 100;

function drawPicture({ pixels, alt, heading, caption, boxes = [], heat }: Picture): string {
  const [, height, width] = pixels.shape;
  const kind = Math.max(width, height) < fewPixels ? ' class="pixelated"' : "";
  const parts = [
    `<img${kind} src="${encodeAddress(encodePicture(pixels))}" width="${width}" height="${height}" alt="${escapeHtml(alt)}">`,
    ...(heat === undefined ? [] : [`<img class="heat" src="${encodeAddress(encodeHeat(heat))}" alt="">`]),
    ...boxes
      .filter(({ corners }) => corners.every(Number.isFinite))
      .map((box) => drawBox(box, width, height)),
  ];
  return `<figure><div class="picture">${parts.join("")}</div>${writeCaption(heading, caption)}</figure>`;
}

function writeCaption(heading: string | undefined, caption: string | undefined): string {
  if (heading === undefined && caption === undefined) return "";
  const words = [
    ...(heading === undefined ? [] : [`<b>${escapeHtml(heading)}</b>`]),
    ...(caption === undefined ? [] : [escapeProse(caption)]),
  ];
  return `<figcaption>${words.join(" ")}</figcaption>`;
}

/** In percent of the picture, so that the box follows its size. */
function drawBox(
  { corners, label, slot = 0, isDashed = false }: PictureBox,
  width: number,
  height: number,
): string {
  const [x0, y0, x1, y1] = corners;
  const percent = (value: number, of: number): string => `${Number(((100 * value) / of).toFixed(2))}%`;
  const place = [
    `left:${percent(x0, width)}`,
    `top:${percent(y0, height)}`,
    `width:${percent(x1 - x0, width)}`,
    `height:${percent(y1 - y0, height)}`,
    `border-color:${getColor(slot)}`,
  ];
  const name =
    label === undefined ? "" : `<span style="background:${getColor(slot)}">${escapeHtml(label)}</span>`;
  // A label begins at the left edge of its box, or ends at the right one, so that it stays in the picture.
  const kinds = ["box", ...(isDashed ? ["dashed"] : []), ...(x0 + x1 > width ? ["right"] : [])];
  return `<div class="${kinds.join(" ")}" style="${place.join(";")}">${name}</div>`;
}
