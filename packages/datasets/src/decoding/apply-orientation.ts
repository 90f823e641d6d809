import type { Picture } from "../images/picture.ts";
import { makePicture } from "../images/picture.ts";

/** Turns an image that is stored in one of the eight orientations of EXIF upright. */
export function applyOrientation(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const [channels, height, width] = picture.shape;
  const isTransposed = orientation >= 5;
  const [toHeight, toWidth] = isTransposed ? [width, height] : [height, width];
  const upright = makePicture(channels, toHeight, toWidth);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  for (let channel = 0, target = 0; channel < channels; channel++) {
    for (let y = 0; y < toHeight; y++) {
      for (let x = 0; x < toWidth; x++, target++) {
        const [column, row] = isTransposed ? [y, x] : [x, y];
        const sourceX = fromRight ? width - 1 - column : column;
        const sourceY = fromBottom ? height - 1 - row : row;
        upright.data[target] = picture.data[(channel * height + sourceY) * width + sourceX]!;
      }
    }
  }
  return upright;
}
