import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  anArray,
  checkValue,
  finite,
  listOf,
  nonNegativeInteger,
  positiveInteger,
} from "@evenkeel/tensor/checks";
import { aRecord, readField } from "./read-field.ts";

/** Polygons, each as x, y, x, y, ... in pixels, or run lengths. */
export type CocoSegmentation = readonly (readonly number[])[] | CocoRunLengths;

/** The lengths of runs of zeros and ones by turns, down each column from the left, as numbers or packed in a text. */
export interface CocoRunLengths {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[] | string;
}

/**
 * Decodes the outline of an object in a COCO file to a mask of zeros and ones, row by row, with the same pixels as pycocotools.
 * `where` begins the messages of errors. Throws DataError for a damaged outline, ArgumentError for a size that is none.
 *
 * @example decodeSegmentation([[0, 0, 2, 0, 2, 1, 0, 1]], 2, 2) // Uint8Array [1, 1, 0, 0]
 */
export function decodeSegmentation(
  segmentation: CocoSegmentation,
  height: number,
  width: number,
  where = "segmentation",
): Uint8Array {
  checkValue("decodeSegmentation: height", height, positiveInteger);
  checkValue("decodeSegmentation: width", width, positiveInteger);
  const mask = new Uint8Array(height * width);
  if (Array.isArray(segmentation)) {
    for (const [index, polygon] of segmentation.entries()) {
      const points = readField<number[]>(`${where}: polygon ${index}`, polygon, somePoints);
      fillRuns(mask, height, width, findEdges(points, height, width));
    }
    return mask;
  }
  const { size, counts } = readField<{ readonly [part: string]: unknown }>(where, segmentation, aRecord);
  readField(`${where}: size`, size, {
    expected: `[${height}, ${width}] as the image`,
    accepts: (value) => Array.isArray(value) && value[0] === height && value[1] === width,
  });
  const runs = typeof counts === "string" ? unpackCounts(counts, where) : counts;
  const lengths = readField<number[]>(`${where}: counts`, runs, listOf(nonNegativeInteger));
  let end = 0;
  const ends = lengths.map((length) => {
    end += length;
    return end;
  });
  if (end !== height * width) {
    throw new DataError(`${where}: counts: found ${end} pixels, expected ${height * width}`);
  }
  fillRuns(mask, height, width, ends);
  return mask;
}

/** Edges are drawn point by point, so a coordinate far outside of the image would take forever. */
const farthest = 1e5;

const somePoints: Rule = {
  expected: `at least three points x, y as a list of numbers of at most ${farthest}`,
  accepts: (value) =>
    anArray.accepts(value) &&
    listOf(finite).accepts(value) &&
    (value as number[]).every((number) => Math.abs(number) <= farthest) &&
    (value as number[]).length >= 6 &&
    (value as number[]).length % 2 === 0,
};

/** Sets the pixels from every second place to the next, counted down the columns. */
function fillRuns(mask: Uint8Array, height: number, width: number, places: readonly number[]): void {
  for (let index = 0; index < places.length; index += 2) {
    const end = places[index + 1] ?? height * width;
    for (let place = places[index]!; place < end; place++) {
      mask[(place % height) * width + Math.floor(place / height)] = 1;
    }
  }
}

/** Five bits a character, the lowest first, from the character "0"; from the third count on, differences to the one before the last. */
function unpackCounts(packed: string, where: string): number[] {
  const counts: number[] = [];
  for (let place = 0; place < packed.length; ) {
    let [count, shift, bits] = [0, 0, 0x20];
    while (bits & 0x20) {
      bits = packed.charCodeAt(place++) - 48;
      if (!(bits >= 0 && bits < 64) || shift > 30) {
        throw new DataError(`${where}: counts: found a damaged text at character ${place - 1}`);
      }
      count |= (bits & 0x1f) << shift;
      shift += 5;
    }
    if (bits & 0x10 && shift < 32) count |= -1 << shift;
    counts.push(counts.length > 2 ? count + counts.at(-2)! : count);
  }
  return counts;
}

/** Polygons are drawn on a grid of this many points a pixel. */
const scale = 5;

/**
 * The places, down the columns, at which the inside of a polygon begins and ends. This is `rleFrPoly` of pycocotools, so that masks
 * have the same pixels: an edge counts where it crosses the middle of a column.
 */
function findEdges(points: readonly number[], height: number, width: number): number[] {
  const count = points.length / 2;
  const corners = Array.from({ length: count + 1 }, (_, index) => {
    const place = 2 * (index % count);
    return [Math.trunc(scale * points[place]! + 0.5), Math.trunc(scale * points[place + 1]! + 0.5)] as const;
  });
  const line: (readonly [x: number, y: number])[] = [];
  for (let index = 0; index < count; index++) drawLine(corners[index]!, corners[index + 1]!, line);
  const edges: number[] = [];
  for (let index = 1; index < line.length; index++) {
    const [[x0, y0], [x1, y1]] = [line[index - 1]!, line[index]!];
    if (x0 === x1) continue;
    const column = ((x1 < x0 ? x1 : x1 - 1) + 0.5) / scale - 0.5;
    if (!Number.isInteger(column) || column < 0 || column > width - 1) continue;
    const row = (Math.min(y0, y1) + 0.5) / scale - 0.5;
    edges.push(column * height + Math.ceil(Math.min(height, Math.max(0, row))));
  }
  return edges.sort((one, other) => one - other);
}

/** Appends the points of the grid from one corner to the next. */
function drawLine(
  [fromX, fromY]: readonly [x: number, y: number],
  [toX, toY]: readonly [x: number, y: number],
  line: (readonly [x: number, y: number])[],
): void {
  const [dx, dy] = [Math.abs(toX - fromX), Math.abs(toY - fromY)];
  const isFlat = dx >= dy;
  // Both directions of an edge round to the same points.
  const isReversed = isFlat ? fromX > toX : fromY > toY;
  const [startX, startY, endX, endY] = isReversed ? [toX, toY, fromX, fromY] : [fromX, fromY, toX, toY];
  const length = isFlat ? dx : dy;
  const slope = length === 0 ? 0 : (isFlat ? endY - startY : endX - startX) / length;
  for (let step = 0; step <= length; step++) {
    const along = isReversed ? length - step : step;
    line.push(
      isFlat
        ? [startX + along, Math.trunc(startY + slope * along + 0.5)]
        : [Math.trunc(startX + slope * along + 0.5), startY + along],
    );
  }
}
