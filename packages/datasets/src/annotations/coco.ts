import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import {
  anArray,
  checkOptions,
  checkValue,
  describeValue,
  finite,
  integer,
  listOf,
  nonNegative,
  positiveInteger,
  text,
} from "@evenkeel/tensor/checks";
import type { CocoSegmentation } from "./coco-mask.ts";
import { aRecord, readField } from "./read-field.ts";

export interface CocoCategory {
  readonly id: number;
  readonly name: string;
}

export interface CocoObject {
  /** The position of its category in the list of categories: their numbers have gaps. */
  readonly label: number;
  /** x0, y0, x1, y1 in pixels from the left and top edges of the image. */
  readonly box: readonly [x0: number, y0: number, x1: number, y1: number];
  /** In pixels. */
  readonly area: number;
  /** Whether it is a group of objects, which evaluation neither expects nor counts as wrong. */
  readonly crowd: boolean;
  readonly segmentation: CocoSegmentation | undefined;
}

export interface CocoImage {
  readonly id: number;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly CocoObject[];
}

export interface CocoInstances {
  /** In the order of their numbers. */
  readonly categories: readonly CocoCategory[];
  /** In the order of the file. */
  readonly images: readonly CocoImage[];
}

/**
 * Reads the annotations of objects in the JSON format of COCO, as text or parsed. Throws DataError, which names the
 * entry and its field, for damaged files, for a number that two entries have, and for an annotation of an image or a category that the
 * file does not list. Boxes may be without area.
 *
 * @example readCocoInstances({ images: [], categories: [{ id: 7, name: "train" }], annotations: [] }).categories[0].name // "train"
 */
export function readCocoInstances(
  json: string | object,
  options: { readonly name?: string } = {},
): CocoInstances {
  checkOptions<{ readonly name?: string }>("readCocoInstances", options, { name: text });
  checkValue("readCocoInstances: json", json, {
    expected: "a text or an object",
    accepts: (value) => typeof value === "string" || aRecord.accepts(value),
  });
  const { name = "annotations" } = options;
  const parsed = typeof json === "string" ? parse(json, name) : (json as Entry);
  const readList = <Item>(part: string, read: (entry: Entry, where: string) => Item): Item[] => {
    const places = new Map<unknown, number>();
    return readField<unknown[]>(`${name}: ${part}`, parsed[part], anArray).map((given, index) => {
      const where = `${name}: ${part}[${index}]`;
      const entry = readField<Entry>(where, given, aRecord);
      const item = read(entry, where);
      const other = places.get(entry.id);
      if (other !== undefined) {
        throw new DataError(
          `${where}: id: found ${describeValue(entry.id)}, which ${part}[${other}] has, expected another number`,
        );
      }
      // Nothing refers to annotations, so that theirs may be absent.
      if (entry.id !== undefined) places.set(entry.id, index);
      return item;
    });
  };
  const categories = readList("categories", readCategory).sort((one, other) => one.id - other.id);
  const labels = new Map(categories.map(({ id }, label) => [id, label]));
  const images = readList("images", readImage);
  const objects = new Map(images.map(({ id }) => [id, [] as CocoObject[]]));
  readList("annotations", (entry, where) => {
    find(objects, entry.image_id, `${where}: image_id`).push(readObject(entry, where, labels));
  });
  return { categories, images: images.map((image) => ({ ...image, objects: objects.get(image.id)! })) };
}

interface Entry {
  readonly [part: string]: unknown;
}

function parse(json: string, name: string): Entry {
  try {
    return readField<Entry>(name, JSON.parse(json), aRecord);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: found damaged JSON: ${(error as Error).message}`, { cause: error });
  }
}

const readCategory = (entry: Entry, where: string): CocoCategory => ({
  id: readField(`${where}: id`, entry.id, integer),
  name: readField(`${where}: name`, entry.name, text),
});

const readImage = (entry: Entry, where: string): Omit<CocoImage, "objects"> => ({
  id: readField(`${where}: id`, entry.id, integer),
  file: readField(`${where}: file_name`, entry.file_name, text),
  width: readField(`${where}: width`, entry.width, positiveInteger),
  height: readField(`${where}: height`, entry.height, positiveInteger),
});

const aFlag: Rule = { expected: "0 or 1", accepts: (value) => value === 0 || value === 1 };

const aSize: Rule = {
  expected: "x, y, width and height, of which the last two are at least 0",
  accepts: (value) =>
    listOf(finite, 4).accepts(value) && (value as number[]).slice(2).every((side) => side >= 0),
};

function readObject(entry: Entry, where: string, labels: ReadonlyMap<number, number>): CocoObject {
  const [x, y, width, height] = readField<[number, number, number, number]>(
    `${where}: bbox`,
    entry.bbox,
    aSize,
  );
  return {
    label: find(labels, entry.category_id, `${where}: category_id`),
    box: [x, y, x + width, y + height],
    area: readField<number>(`${where}: area`, entry.area ?? width * height, nonNegative),
    crowd: readField(`${where}: iscrowd`, entry.iscrowd ?? 0, aFlag) === 1,
    segmentation: entry.segmentation as CocoSegmentation | undefined,
  };
}

function find<Value>(values: ReadonlyMap<number, Value>, id: unknown, where: string): Value {
  const value = values.get(id as number);
  if (value !== undefined) return value;
  throw new DataError(
    `${where}: found ${describeValue(id)}, expected one of the ${values.size} that the file lists`,
  );
}
