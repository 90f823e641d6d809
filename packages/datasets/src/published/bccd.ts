import type { VocAnnotation } from "../annotations/voc.ts";
import type { VocExample } from "../annotations/voc-example.ts";
import { checkSize, listObjects } from "../annotations/voc-example.ts";
import type { PublishedFile } from "../catalog.ts";
import type { Dataset } from "../examples/dataset.ts";
import { bccdFiles } from "./bccd-files.ts";
import type { PartFiles, PublishedSet } from "./published-set.ts";

/** Pictures with boxes, decoded when they are read. */
export interface BoxSet extends Dataset<VocExample> {
  readonly name: string;
  /** Names of the classes, in the order of their indices. */
  readonly classes: readonly string[];
  /** The names of the pictures, without ending. */
  readonly names: readonly string[];
  /** The number of boxes without area, which are left out: nothing can be learned from them. */
  readonly boxesWithoutArea: number;
}

export const bccdClasses: readonly string[] = ["RBC", "WBC", "Platelets"];

type Part = keyof typeof bccdFiles;

const toHex = (base64: string): string =>
  Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");

/** The files of a part, the picture and the annotation of each name. */
function listPictures(part: Part): PartFiles<PublishedFile> {
  const files = bccdFiles[part]
    .trim()
    .split("\n")
    .flatMap((line): [string, PublishedFile][] => {
      const [number, ofPicture, picture, ofAnnotation, annotation] = line.split(" ") as [
        string,
        string,
        string,
        string,
        string,
      ];
      const name = `BloodImage_${number}`;
      const file = (path: string, bytes: string, sha256: string): PublishedFile => ({
        file: path,
        bytes: Number(bytes),
        sha256: toHex(sha256),
      });
      return [
        [`${name}.jpg`, file(`BCCD/JPEGImages/${name}.jpg`, ofPicture, picture)],
        [`${name}.xml`, file(`BCCD/Annotations/${name}.xml`, ofAnnotation, annotation)],
      ];
    });
  return Object.fromEntries(files);
}

const known = new Map<Part, PartFiles<PublishedFile>>();

function findPictures(part: Part): PartFiles<PublishedFile> {
  const files = known.get(part) ?? listPictures(part);
  known.set(part, files);
  return files;
}

/**
 * Blood cells under a microscope (Shenggan 2017, BCCD), MIT licence: 205 + 87 + 72 pictures of 640 x 480 pixels, with 4,888 boxes around red and
 * white cells and platelets, in the format of PASCAL VOC.
 */
export const bccd: PublishedSet<Part, BoxSet> = {
  name: "bccd",
  folder: "bccd",
  addresses: [
    "https://raw.githubusercontent.com/Shenggan/BCCD_Dataset/d272fb14cdff6e473fafeeeba32aba5f560e9e43",
  ],
  parts: {
    get train() {
      return findPictures("train");
    },
    get validation() {
      return findPictures("validation");
    },
    get test() {
      return findPictures("test");
    },
  },
  read: (files, part) => readPictures(files, `bccd (${part})`),
};

async function readPictures(files: PartFiles<Uint8Array>, name: string): Promise<BoxSet> {
  const { readVocAnnotation } = await import("../annotations/voc.ts");
  const names = Object.keys(files).flatMap((file) => (file.endsWith(".jpg") ? [file.slice(0, -4)] : []));
  const annotations = names.map((image): VocAnnotation => {
    const path = `${name}: ${image}.xml`;
    // As labelImg writes it: edges between pixels, counted from 0.
    return readVocAnnotation(new TextDecoder().decode(files[`${image}.xml`]), { name: path, firstPixel: 0 });
  });
  const objects = annotations.map((annotation, index) =>
    listObjects(annotation, bccdClasses, `${name}: ${names[index]}.xml`),
  );
  const countAll = annotations.reduce((sum, annotation) => sum + annotation.objects.length, 0);
  const countKept = objects.reduce((sum, { labels }) => sum + labels.length, 0);
  return {
    name,
    names,
    classes: bccdClasses,
    boxesWithoutArea: countAll - countKept,
    length: names.length,
    get: async (index) => {
      const { decodeImage } = await import("../decoding/decode-image.ts");
      const path = `${name}: ${names[index]}.jpg`;
      const image = await decodeImage(files[`${names[index]}.jpg`]!, { name: path, channels: 3 });
      checkSize(annotations[index]!, image, path);
      return { image, ...objects[index]! };
    },
  };
}
