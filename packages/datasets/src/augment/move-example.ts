import { ShapeError } from "@evenkeel/tensor";
import type { Picture } from "../images/picture.ts";
import type { AnnotatedImage, Boxes } from "./annotated-image.ts";

export type Box = readonly [x0: number, y0: number, x1: number, y1: number];

/** How each part of an example moves to its new place. */
export interface Movement {
  image(picture: Picture): Picture;
  /** Moves values that are classes, which cannot be averaged. */
  masks(masks: Picture): Picture;
  /** The bounds of a moved box, which may lie outside of the image. */
  box(box: Box): Box;
}

/** The parts with an entry for each box. */
const partsOfBoxes: readonly string[] = ["labels", "masks", "difficult", "truncated", "crowd", "areas"];

/** Moves an example. Boxes are cut off at the edges of the image; those of which too little is left are removed. */
export function moveExample(example: AnnotatedImage, movement: Movement, minVisibility = 0): AnnotatedImage {
  const image = movement.image(example.image);
  const { boxes, masks } = example;
  const moved: AnnotatedImage = {
    ...example,
    image,
    ...(masks !== undefined && { masks: movement.masks(masks as Picture) }),
  };
  if (boxes === undefined) return moved;
  const [, height, width] = image.shape;
  const kept: number[] = [];
  const places: number[] = [];
  for (let index = 0; index < boxes.shape[0]; index++) {
    const whole = movement.box(getBox(boxes, index));
    const cut = cutBox(whole, height, width);
    if (!isVisible(whole, cut, minVisibility)) continue;
    kept.push(...cut);
    places.push(index);
  }
  return {
    ...selectEntries(moved, places, boxes.shape[0]),
    boxes: { data: Float32Array.from(kept), shape: [places.length, 4] },
  };
}

const getBox = ({ data }: Boxes, index: number): Box =>
  data.subarray(4 * index, 4 * index + 4) as unknown as Box;

function cutBox([x0, y0, x1, y1]: Box, height: number, width: number): Box {
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return [within(x0, width), within(y0, height), within(x1, width), within(y1, height)];
}

const computeArea = ([x0, y0, x1, y1]: Box): number => (x1 - x0) * (y1 - y0);

/** A box of less than one pixel in a dimension counts as cut off, unless it was as small before. */
function isVisible(whole: Box, cut: Box, minVisibility: number): boolean {
  const [wide, high] = [cut[2] - cut[0], cut[3] - cut[1]];
  const leastWide = Math.min(1, whole[2] - whole[0]);
  const leastHigh = Math.min(1, whole[3] - whole[1]);
  if (!(wide > 0 && high > 0 && wide >= leastWide && high >= leastHigh)) return false;
  return computeArea(cut) >= minVisibility * computeArea(whole);
}

/** The example with only the entries at these places in the parts that belong to boxes. */
function selectEntries(example: AnnotatedImage, places: readonly number[], count: number): AnnotatedImage {
  if (places.length === count) return example;
  const selected: { [part: string]: unknown } = { ...example };
  for (const name of partsOfBoxes) {
    const part = selected[name];
    if (part !== undefined && typeof part !== "number")
      selected[name] = selectRows(part, places, count, name);
  }
  return selected as unknown as AnnotatedImage;
}

type Row = { readonly data: Uint8Array; readonly shape: readonly number[] };

function selectRows(part: unknown, places: readonly number[], count: number, name: string): unknown {
  if (Array.isArray(part) && part.length === count) return places.map((place) => part[place]);
  if (ArrayBuffer.isView(part) && (part as Uint8Array).length === count) {
    return (part as Uint8Array).filter((_, index) => places.includes(index));
  }
  const { data, shape } = part as Row;
  if (data === undefined || shape?.[0] !== count) {
    throw new ShapeError(`augmentation: ${name}: expected an entry for each of the ${count} boxes`);
  }
  const size = data.length / count;
  const rows = data.filter((_, index) => places.includes(Math.floor(index / size)));
  return { ...(part as Row), data: rows, shape: [places.length, ...shape.slice(1)] };
}
