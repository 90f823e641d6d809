import { join } from "node:path";
import { checkOptions, checkValue, listOf, text } from "@evenkeel/tensor/checks";
import type { VocAnnotation } from "../annotations/voc.ts";
import type { VocExample } from "../annotations/voc-example.ts";
import { checkSize, listObjects } from "../annotations/voc-example.ts";
import { someChannels } from "../decoding/channels.ts";
import type { Channels } from "../decoding/interleaved.ts";
import type { Dataset } from "../examples/dataset.ts";
import { readPicture, readText } from "./read-picture.ts";

export interface VocOptions {
  /** The name of a file in `ImageSets/Main` that lists images, such as "train". */
  readonly imageSet: string;
  /** The names of the classes, in the order of their labels. Default: the 20 of the VOC challenges, `vocClasses`. */
  readonly classes?: readonly string[];
  /** The number of the first pixel: 1 in the challenges, 0 in the files of labelImg and others. Default: 1. */
  readonly firstPixel?: 0 | 1;
  /** Default: 3. */
  readonly channels?: Channels;
}

export interface VocFolder extends Dataset<VocExample> {
  readonly classes: readonly string[];
  /** The names of the images, without ending. */
  readonly names: readonly string[];
  /** The annotation of an image, without decoding the image. */
  readAnnotation(index: number): Promise<VocAnnotation>;
}

/**
 * Opens a set of images in the folders of the PASCAL VOC challenges: `Annotations`, `ImageSets/Main` and `JPEGImages`. Files are read
 * when an example is. Boxes without area are left out, because nothing can be learned from them.
 *
 * Throws DataError for a missing image set; `get` throws DataError for damaged files, for objects of unknown classes and for an
 * annotation whose size is not that of its image.
 *
 * @example const cells = await openVoc("BCCD", { imageSet: "train", classes: ["RBC", "WBC", "Platelets"], firstPixel: 0 });
 */
export async function openVoc(folder: string, options: VocOptions): Promise<VocFolder> {
  checkValue("openVoc: folder", folder, text);
  checkOptions<VocOptions>(
    "openVoc",
    options,
    {
      imageSet: text,
      classes: listOf(text),
      firstPixel: { expected: "0 or 1", accepts: (value) => value === 0 || value === 1 },
      channels: someChannels,
    },
    ["imageSet"],
  );
  const { readVocAnnotation, vocClasses } = await import("../annotations/voc.ts");
  const { classes = vocClasses, firstPixel, channels, imageSet } = options;
  const names = listNames(await readText(join(folder, "ImageSets/Main", `${imageSet}.txt`)));
  const readAnnotation = async (index: number): Promise<VocAnnotation> => {
    const path = join(folder, "Annotations", `${names[index]}.xml`);
    return readVocAnnotation(await readText(path), { name: path, firstPixel });
  };
  return {
    length: names.length,
    classes,
    names,
    readAnnotation,
    get: async (index) => {
      const path = join(folder, "JPEGImages", `${names[index]}.jpg`);
      const [annotation, image] = await Promise.all([readAnnotation(index), readPicture(path, channels)]);
      checkSize(annotation, image, path);
      return {
        image,
        ...listObjects(annotation, classes, join(folder, "Annotations", `${names[index]}.xml`)),
      };
    },
  };
}

/** The lists of single classes have a second column, which says whether the class is in the image. */
const listNames = (list: string): string[] =>
  list
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/)[0]!)
    .filter((name) => name !== "");
