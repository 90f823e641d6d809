import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ArgumentError, DataError, setDefaultBackend } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  augmentExamples,
  batches,
  compose,
  padCollate,
  randomCrop,
  randomHorizontalFlip,
} from "../../src/index.ts";
import { openCoco, openImageFolder, openVoc } from "../../src/node/index.ts";
import { colorJpeg, makePng } from "../images/sample-images.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-folders-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), contents);
}

const gray = (...values: readonly number[]): Uint8Array =>
  makePng({ width: values.length, height: 1, depth: 8, kind: 0, rows: [values] });

describe("a folder of images", () => {
  beforeEach(async () => {
    await write("dog/10.png", gray(10, 11));
    await write("dog/9.PNG", gray(9, 9));
    await write("dog/notes.txt", "not an image");
    await write("Cat/inner/1.jpg", colorJpeg);
    await write("readme.md", "not a class");
  });

  it("has sorted classes and files, which are decoded when they are read", async () => {
    const photos = await openImageFolder(folder, { channels: 1 });
    expect([photos.classes, photos.length, [...photos.labels]]).toEqual([["Cat", "dog"], 3, [0, 1, 1]]);
    expect(photos.files.map((file) => file.slice(folder.length + 1))).toEqual([
      join("Cat", "inner", "1.jpg"),
      join("dog", "10.png"),
      join("dog", "9.PNG"),
    ]);
    expect(await photos.get(1)).toEqual({
      image: { data: Uint8Array.of(10, 11), shape: [1, 1, 2] },
      labels: 1,
    });
    expect((await photos.get(0)).image.shape).toEqual([1, 13, 19]);
    expect((await (await openImageFolder(folder)).get(2)).image.shape).toEqual([3, 1, 2]);
  });

  it("has the labels of the classes that are given", async () => {
    const photos = await openImageFolder(folder, { classes: ["dog", "bird", "Cat"] });
    expect([...photos.labels]).toEqual([0, 0, 2]);
    await expect(openImageFolder(folder, { classes: ["dog"] })).rejects.toThrow(
      `${folder}: found the folder Cat, expected only classes: dog`,
    );
  });

  it("names what is wrong", async () => {
    await expect(openImageFolder(join(folder, "nowhere"))).rejects.toThrow(DataError);
    await expect(openImageFolder(join(folder, "nowhere"))).rejects.toThrow(/nowhere: could not be read/);
    await expect(openImageFolder(join(folder, "dog"))).rejects.toThrow(/dog: found no folders/);
    await write("dog/broken.png", gray(1, 2).subarray(0, 40));
    const photos = await openImageFolder(folder);
    await expect(photos.get(3)).rejects.toThrow(/^\S+broken\.png: found a damaged PNG file: /);
    await mkdir(join(folder, "empty"));
    await expect(openImageFolder(folder)).rejects.toThrow(
      /empty: found no images, expected files ending in .jpg/,
    );
    await expect(openImageFolder(3 as never)).rejects.toThrow(ArgumentError);
    await expect(openImageFolder(folder, { channels: 2 } as never)).rejects.toThrow(ArgumentError);
  });
});

const annotation = (name: string, ...boxes: readonly (readonly number[])[]): string => {
  const objects = boxes.map(
    ([x0, y0, x1, y1]) =>
      `<object><name>${name}</name><difficult>1</difficult><bndbox><xmin>${x0}</xmin><ymin>${y0}</ymin><xmax>${x1}</xmax><ymax>${y1}</ymax></bndbox></object>`,
  );
  return `<annotation><size><width>19</width><height>13</height></size>${objects.join("")}</annotation>`;
};

describe("VOC folders", () => {
  beforeEach(async () => {
    await write("ImageSets/Main/train.txt", "a\r\nb\n\n");
    await write("ImageSets/Main/dog_train.txt", "a  1\nb -1\n");
    for (const name of ["a", "b"]) await write(`JPEGImages/${name}.jpg`, colorJpeg);
    await write("Annotations/a.xml", annotation("dog", [1, 2, 10, 12], [5, 5, 4 + 1, 9]));
    await write("Annotations/b.xml", annotation("zebra", [3, 3, 4, 4]));
  });

  it("have the images of a set with their objects", async () => {
    const train = await openVoc(folder, { imageSet: "train" });
    expect([train.length, train.names, train.classes.length]).toEqual([2, ["a", "b"], 20]);
    const { image, ...objects } = await train.get(0);
    expect(image.shape).toEqual([3, 13, 19]);
    expect(objects).toEqual({
      boxes: { data: Float32Array.of(0, 1, 10, 12, 4, 4, 5, 9), shape: [2, 4] },
      labels: Int32Array.of(11, 11),
      difficult: Uint8Array.of(1, 1),
      truncated: Uint8Array.of(0, 0),
    });
    expect((await train.readAnnotation(1)).objects[0]!.name).toBe("zebra");
    expect((await openVoc(folder, { imageSet: "dog_train" })).names).toEqual(["a", "b"]);
  });

  it("leave out boxes without area", async () => {
    const train = await openVoc(folder, { imageSet: "train", firstPixel: 0 });
    expect((await train.get(0)).boxes).toEqual({ data: Float32Array.of(1, 2, 10, 12), shape: [1, 4] });
  });

  it("name what is wrong", async () => {
    const train = await openVoc(folder, { imageSet: "train" });
    await expect(train.get(1)).rejects.toThrow(
      /b\.xml: found an object of the class zebra, expected one of: aeroplane/,
    );
    await expect(openVoc(folder, { imageSet: "test" })).rejects.toThrow(/test\.txt: could not be read/);
    await write("Annotations/a.xml", annotation("dog").replace("19", "20"));
    await expect(train.get(0)).rejects.toThrow(
      /a\.jpg: found 19 x 13 pixels, expected the 20 x 13 of its annotation/,
    );
    await rm(join(folder, "Annotations/a.xml"));
    await expect(train.get(0)).rejects.toThrow(DataError);
    await expect(openVoc(folder, {} as never)).rejects.toThrow(ArgumentError);
  });
});

describe("COCO", () => {
  const instances = {
    images: [
      { id: 1, file_name: "a.jpg", width: 19, height: 13 },
      { id: 2, file_name: "none.jpg", width: 19, height: 13 },
    ],
    categories: [{ id: 18, name: "dog" }],
    annotations: [
      {
        image_id: 1,
        category_id: 18,
        bbox: [1, 2, 4, 5],
        area: 18,
        segmentation: [[1, 2, 5, 2, 5, 7, 1, 7]],
      },
      {
        image_id: 1,
        category_id: 18,
        bbox: [0, 0, 19, 13],
        iscrowd: 1,
        segmentation: { size: [13, 19], counts: [247] },
      },
      { image_id: 1, category_id: 18, bbox: [3, 3, 0, 2], segmentation: [] },
    ],
  };
  const open = (options: object = {}) =>
    openCoco({ annotations: join(folder, "instances.json"), images: join(folder, "photos"), ...options });

  beforeEach(async () => {
    await write("instances.json", JSON.stringify(instances));
    await write("photos/a.jpg", colorJpeg);
  });

  it("has images with their objects and masks", async () => {
    const dataset = await open({ masked: true });
    expect([dataset.length, dataset.categories]).toEqual([2, [{ id: 18, name: "dog" }]]);
    const { image, masks, ...objects } = await dataset.get(0);
    expect([image.shape, masks!.shape]).toEqual([
      [3, 13, 19],
      [1, 13, 19],
    ]);
    expect(masks!.data.reduce((sum, value) => sum + value, 0)).toBe(20);
    expect(objects).toEqual({
      boxes: { data: Float32Array.of(1, 2, 5, 7), shape: [1, 4] },
      labels: Int32Array.of(0),
      areas: Float32Array.of(18),
      crowd: Uint8Array.of(0),
    });
  });

  it("keeps groups and leaves out images without objects if asked", async () => {
    const { crowd, masks } = await (await open({ crowded: true })).get(0);
    expect([crowd, masks]).toEqual([Uint8Array.of(0, 1), undefined]);
    expect((await open({ annotated: true })).images.map(({ file }) => file)).toEqual(["a.jpg"]);
  });

  it("names what is wrong", async () => {
    await expect((await open()).get(1)).rejects.toThrow(/none\.jpg: could not be read/);
    await expect(open({ annotations: "nowhere.json" })).rejects.toThrow(DataError);
    await expect(open({ masks: true })).rejects.toThrow(ArgumentError);
    await write("photos/a.jpg", gray(1, 2));
    await expect((await open()).get(0)).rejects.toThrow(/a\.jpg: found 2 x 1 pixels, expected the 19 x 13/);
  });
});

const bccd = join(process.env.EVENKEEL_DATA ?? "", "bccd/BCCD");
/** If the data are required, their tests run even without them, and fail. */
const isTested = existsSync(bccd) || (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
describe.skipIf(!isTested)(
  isTested ? "BCCD" : "BCCD (skipped: EVENKEEL_DATA names no folder with it)",
  () => {
    const options = { classes: ["RBC", "WBC", "Platelets"], firstPixel: 0 } as const;

    it("has the published number of boxes, of which two have no area", async () => {
      const counts = [0, 0, 0];
      for (const imageSet of ["trainval", "test"]) {
        const set = await openVoc(bccd, { ...options, imageSet });
        expect(set.length).toBe(imageSet === "test" ? 72 : 292);
        for (let index = 0; index < set.length; index++) {
          for (const { name } of (await set.readAnnotation(index)).objects)
            counts[options.classes.indexOf(name as never)]!++;
        }
      }
      expect(counts).toEqual([4155, 372, 361]);
      const train = await openVoc(bccd, { ...options, imageSet: "trainval" });
      const index = train.names.indexOf("BloodImage_00338");
      const { objects } = await train.readAnnotation(index);
      expect((await train.get(index)).labels.length).toBe(objects.length - 1);
    });

    it("is augmented and padded to batches", async () => {
      const backend = new MemoryBackend({ name: "first", launches: "refuse" });
      setDefaultBackend(undefined);
      const test = await openVoc(bccd, { ...options, imageSet: "test" });
      const some = { length: 4, get: (index: number) => test.get(index) };
      const augment = compose(randomHorizontalFlip(), randomCrop(200, { minVisibility: 0.3 }));
      const padded = Object.fromEntries(
        ["boxes", "labels", "difficult", "truncated"].map((part) => [part, padCollate()]),
      );
      const divided = batches(augmentExamples(some, augment, { seed: 1 }), {
        batchSize: 4,
        collate: padded as never,
        backend,
      });
      for await (const batch of divided.epoch(0)) {
        const { image, boxes, labels } = batch as never as {
          [part: string]: { shape: number[]; values: { shape: number[] } };
        };
        expect(image!.shape).toEqual([4, 3, 200, 200]);
        expect(boxes!.values.shape).toEqual([4, labels!.values.shape[1], 4]);
      }
    });
  },
);
