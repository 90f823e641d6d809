import { DataError } from "@evenkeel/tensor";
import type { Boxes } from "../augment/annotated-image.ts";
import type { Picture } from "../images/picture.ts";
import type { VocAnnotation } from "./voc.ts";

/** An image and the objects in it, an entry of each part for each object. */
export interface VocExample {
  readonly image: Picture;
  /** x0, y0, x1, y1 in pixels. */
  readonly boxes: Boxes;
  readonly labels: Int32Array;
  readonly difficult: Uint8Array;
  readonly truncated: Uint8Array;
}

/** Throws DataError unless the picture has the size that its annotation says. */
export function checkSize({ width, height }: VocAnnotation, { shape }: Picture, path: string): void {
  if (shape[1] === height && shape[2] === width) return;
  throw new DataError(
    `${path}: found ${shape[2]} x ${shape[1]} pixels, expected the ${width} x ${height} of its annotation`,
  );
}

/** The objects of an annotation without those whose boxes have no area. Throws DataError for an unknown class. */
export function listObjects(
  annotation: VocAnnotation,
  classes: readonly string[],
  path: string,
): Omit<VocExample, "image"> {
  const objects = annotation.objects.filter(({ box: [x0, y0, x1, y1] }) => x1 > x0 && y1 > y0);
  const labels = objects.map(({ name }) => {
    const label = classes.indexOf(name);
    if (label >= 0) return label;
    throw new DataError(
      `${path}: found an object of the class ${name}, expected one of: ${classes.join(", ")}`,
    );
  });
  return {
    boxes: { data: Float32Array.from(objects.flatMap(({ box }) => box)), shape: [objects.length, 4] },
    labels: Int32Array.from(labels),
    difficult: Uint8Array.from(objects, ({ difficult }) => Number(difficult)),
    truncated: Uint8Array.from(objects, ({ truncated }) => Number(truncated)),
  };
}
