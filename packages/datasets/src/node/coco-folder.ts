import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { checkOptions, text, yesOrNo } from "@evenkeel/tensor/checks";
import type { CocoCategory, CocoImage, CocoObject } from "../annotations/coco.ts";
import type { Boxes } from "../augment/annotated-image.ts";
import { someChannels } from "../decoding/channels.ts";
import type { Channels } from "../decoding/interleaved.ts";
import type { Dataset } from "../examples/dataset.ts";
import type { Picture } from "../images/picture.ts";
import { readPicture, readText } from "./read-picture.ts";

export interface CocoOptions {
  /** The path of the JSON file. */
  readonly annotations: string;
  /** The folder of the images. */
  readonly images: string;
  /** Whether examples have masks of their objects. Default: false. */
  readonly masked?: boolean;
  /** Whether groups of objects are kept, as evaluation needs them; training on them does harm. Default: false. */
  readonly crowded?: boolean;
  /** Whether images without objects are left out. Default: false. */
  readonly annotated?: boolean;
  /** Default: 3. */
  readonly channels?: Channels;
}

/** An image and the objects in it, an entry of each part for each object. */
export interface CocoExample {
  readonly image: Picture;
  /** x0, y0, x1, y1 in pixels. */
  readonly boxes: Boxes;
  /** The positions in the list of categories. */
  readonly labels: Int32Array;
  /** In pixels. */
  readonly areas: Float32Array;
  /** 1 for a group of objects. */
  readonly crowd: Uint8Array;
  /** Zeros and ones, [n, height, width]; absent unless `masked`. */
  readonly masks?: Picture;
}

export interface CocoFolder extends Dataset<CocoExample> {
  readonly categories: readonly CocoCategory[];
  /** The annotations of each example, without reading the image. */
  readonly images: readonly CocoImage[];
}

/**
 * Opens the object annotations of COCO and the folder of their images. The annotations are read at once, an image when its example
 * is. Masks have the same pixels as those of pycocotools. Boxes without area are left out.
 *
 * Throws DataError for damaged files; `get` does for a damaged image, or one of another size than the annotations say.
 *
 * @example const { categories } = await openCoco({ annotations: "instances_val2017.json", images: "val2017", masked: true });
 */
export async function openCoco(options: CocoOptions): Promise<CocoFolder> {
  checkOptions<CocoOptions>(
    "openCoco",
    options,
    {
      annotations: text,
      images: text,
      masked: yesOrNo,
      crowded: yesOrNo,
      annotated: yesOrNo,
      channels: someChannels,
    },
    ["annotations", "images"],
  );
  const { readCocoInstances } = await import("../annotations/coco.ts");
  const { annotations, masked = false, crowded = false, annotated = false, channels } = options;
  const instances = readCocoInstances(await readText(annotations), { name: annotations });
  const isKept = ({ crowd, box: [x0, y0, x1, y1] }: CocoObject): boolean =>
    x1 > x0 && y1 > y0 && (crowded || !crowd);
  const images = instances.images
    .map((image) => ({ ...image, objects: image.objects.filter(isKept) }))
    .filter(({ objects }) => !annotated || objects.length > 0);
  return {
    length: images.length,
    categories: instances.categories,
    images,
    get: async (index) => {
      const entry = images[index]!;
      const path = join(options.images, entry.file);
      const image = await readPicture(path, channels);
      checkSize(entry, image, path);
      const example = { image, ...listParts(entry.objects) };
      return masked ? { ...example, masks: await decodeMasks(entry, annotations) } : example;
    },
  };
}

function checkSize({ width, height }: CocoImage, { shape }: Picture, path: string): void {
  if (shape[1] === height && shape[2] === width) return;
  throw new DataError(
    `${path}: found ${shape[2]} x ${shape[1]} pixels, expected the ${width} x ${height} of the annotations`,
  );
}

const listParts = (objects: readonly CocoObject[]): Omit<CocoExample, "image" | "masks"> => ({
  boxes: { data: Float32Array.from(objects.flatMap(({ box }) => box)), shape: [objects.length, 4] },
  labels: Int32Array.from(objects, ({ label }) => label),
  areas: Float32Array.from(objects, ({ area }) => area),
  crowd: Uint8Array.from(objects, ({ crowd }) => Number(crowd)),
});

async function decodeMasks({ id, objects, height, width }: CocoImage, name: string): Promise<Picture> {
  const { decodeSegmentation } = await import("../annotations/coco-mask.ts");
  const masks = new Uint8Array(objects.length * height * width);
  objects.forEach(({ segmentation }, index) => {
    const where = `${name}: segmentation of object ${index} in image ${id}`;
    masks.set(decodeSegmentation(segmentation!, height, width, where), index * height * width);
  });
  return { data: masks, shape: [objects.length, height, width] };
}
