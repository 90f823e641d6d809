import { createHash } from "node:crypto";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { decodeSegmentation, readCocoInstances } from "../../src/annotations/index.ts";

const file = {
  images: [
    { id: 9, file_name: "b.jpg", width: 10, height: 6 },
    { id: 3, file_name: "a.jpg", width: 4, height: 4 },
  ],
  categories: [
    { id: 90, name: "toothbrush", supercategory: "indoor" },
    { id: 1, name: "person", supercategory: "person" },
  ],
  annotations: [
    {
      id: 1,
      image_id: 3,
      category_id: 90,
      bbox: [1, 1, 2, 3],
      area: 5.5,
      iscrowd: 0,
      segmentation: [[1, 1, 3, 1, 3, 4]],
    },
    {
      id: 2,
      image_id: 3,
      category_id: 1,
      bbox: [0, 0, 4, 4],
      iscrowd: 1,
      segmentation: { size: [4, 4], counts: [0, 16] },
    },
  ],
};

describe("COCO annotations", () => {
  it("belong to their images, with categories numbered without gaps", () => {
    for (const json of [file, JSON.stringify(file)]) {
      const { categories, images } = readCocoInstances(json);
      expect(categories).toEqual([
        { id: 1, name: "person" },
        { id: 90, name: "toothbrush" },
      ]);
      expect(images.map(({ id, file, objects }) => [id, file, objects.length])).toEqual([
        [9, "b.jpg", 0],
        [3, "a.jpg", 2],
      ]);
      expect(images[1]!.objects).toMatchObject([
        { label: 1, box: [1, 1, 3, 4], area: 5.5, crowd: false },
        { label: 0, box: [0, 0, 4, 4], area: 16, crowd: true },
      ]);
    }
  });

  it("may have boxes without area, and no numbers", () => {
    const bare = { image_id: 3, category_id: 1, bbox: [1, 1, 0, 0] };
    const { images } = readCocoInstances({ ...file, annotations: [bare, bare] });
    expect(images[1]!.objects.map(({ box, area }) => [...box, area])).toEqual([
      [1, 1, 1, 1, 0],
      [1, 1, 1, 1, 0],
    ]);
  });

  const withAnnotation = (changes: object): object => ({
    ...file,
    annotations: [file.annotations[0], { ...file.annotations[1], ...changes }],
  });

  it.each<[string, string | object, RegExp]>([
    ["damaged JSON", '{"images": [', /^val\.json: found damaged JSON: /],
    ["a list", "[]", /^val\.json: found \[\], expected an object/],
    ["no images", { ...file, images: undefined }, /val\.json: images: found undefined, expected an array/],
    [
      "no size",
      { ...file, images: [{ id: 1, file_name: "a" }] },
      /images\[0\]: width: found undefined, expected a positive/,
    ],
    [
      "no name",
      { ...file, categories: [{ id: 1 }] },
      /categories\[0\]: name: found undefined, expected a string/,
    ],
    [
      "an unknown image",
      withAnnotation({ image_id: 5 }),
      /annotations\[1\]: image_id: found 5, expected one of the 2/,
    ],
    ["an unknown category", withAnnotation({ category_id: 2 }), /annotations\[1\]: category_id: found 2/],
    [
      "a box of three numbers",
      withAnnotation({ bbox: [1, 2, 3] }),
      /annotations\[1\]: bbox: found \[1, 2, 3\], expected x, y/,
    ],
    ["a negative width", withAnnotation({ bbox: [1, 2, -3, 4] }), /annotations\[1\]: bbox/],
    ["a negative height", withAnnotation({ bbox: [1, 2, 3, -4] }), /annotations\[1\]: bbox/],
    [
      "a negative area",
      withAnnotation({ area: -1 }),
      /annotations\[1\]: area: found -1, expected a finite non/,
    ],
    [
      "one number of two annotations",
      withAnnotation({ id: 1 }),
      /annotations\[1\]: id: found 1, which annotations\[0\] has, expected another/,
    ],
    [
      "one number of two categories",
      { ...file, categories: [...file.categories, { id: 90, name: "cup" }] },
      /categories\[2\]: id: found 90, which categories\[0\] has/,
    ],
    [
      "one number of two images",
      { ...file, images: [...file.images, { ...file.images[1], file_name: "c.jpg" }] },
      /images\[2\]: id: found 3, which images\[1\] has/,
    ],
    [
      "an image of no width",
      { ...file, images: [{ ...file.images[0], width: 0 }] },
      /images\[0\]: width: found 0/,
    ],
    ["a flag", withAnnotation({ iscrowd: 2 }), /annotations\[1\]: iscrowd: found 2, expected 0 or 1/],
    ["a null", { ...file, annotations: [null] }, /annotations\[0\]: found null, expected an object/],
  ])("of %s are a DataError", (_, json, message) => {
    const read = () => readCocoInstances(json, { name: "val.json" });
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  it("reject wrong arguments", () => {
    for (const wrong of [null, 3, []]) expect(() => readCocoInstances(wrong as never)).toThrow(ArgumentError);
    expect(() => readCocoInstances(file, { file: "a" } as never)).toThrow(ArgumentError);
  });
});

describe("masks", () => {
  const star = [[30, 2, 36, 15, 50, 15, 39, 23, 43, 37, 30, 28, 17, 37, 21, 23, 10, 15, 24, 15]];
  const two = [
    [1, 1, 20, 1, 20, 15, 1, 15],
    [30.5, 2.5, 58.9, 3.1, 55.2, 37.7, 33.3, 30.1, 40.0, 20.0],
  ];
  /** Run lengths of the star, as pycocotools packs them. */
  const packed =
    "W>1W11O001O1O1O0\\OM34IN83C0>1^O2b091O1O01N1N2O2N1O1102O1O1N3N1O0O01O1OE]O2b0MB0>OGN81LM33a0O1O1O100OZ=";

  it("refuses points far outside of the image, whose edges would take forever", () => {
    expect(() => decodeSegmentation([[1e9, 1e9, 2e9, 2e9, 3e9, 1]], 10, 10)).toThrow(DataError);
  });

  /** Sizes and digests of the masks of pycocotools 2.0, for images of 60 x 40 pixels. */
  it.each<[string, unknown, number, string]>([
    ["a triangle", [[10.2, 5.7, 50.9, 20.1, 30.5, 38.3]], 516, "071712e8452f169f"],
    ["two polygons", two, 940, "fb2bcf2bea0a6277"],
    [
      "a polygon that extends over the edges",
      [[-10.5, -3.2, 70.1, 10.4, 65, 55.5, 20.3, 45.1]],
      1945,
      "80a089bef9de882b",
    ],
    ["a star", star, 500, "5fb9810256189920"],
    ["a thin polygon", [[5.1, 5.1, 5.4, 30.2, 5.6, 5.2]], 13, "36f994057a9128d4"],
    ["packed run lengths", { size: [40, 60], counts: packed }, 500, "5fb9810256189920"],
  ])("of %s have the pixels of pycocotools", (_, segmentation, pixels, digest) => {
    const mask = decodeSegmentation(segmentation as never, 40, 60);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(pixels);
    expect(createHash("sha256").update(mask).digest("hex").slice(0, 16)).toBe(digest);
  });

  it("of run lengths go down the columns", () => {
    const mask = decodeSegmentation({ size: [2, 3], counts: [1, 2, 2, 1] }, 2, 3);
    expect([...mask]).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /segmentation: found undefined, expected an object/],
    ["two points", [[1, 2, 3, 4]], /polygon 0: found \[1, 2, 3, 4\], expected at least three points/],
    ["an odd number", [[1, 2, 3, 4, 5, 6, 7]], /polygon 0/],
    ["another size", { size: [3, 3], counts: [9] }, /size: found \[3, 3\], expected \[2, 3\] as the image/],
    ["too few pixels", { size: [2, 3], counts: [1, 2] }, /counts: found 3 pixels, expected 6/],
    ["a negative count", { size: [2, 3], counts: [7, -1] }, /counts: found \[7, -1\]/],
    ["a damaged text", { size: [2, 3], counts: "1 2" }, /counts: found a damaged text at character 1/],
    ["a text that ends", { size: [2, 3], counts: "oo" }, /counts: found a damaged text/],
  ])("of %s are a DataError", (_, segmentation, message) => {
    const decode = () => decodeSegmentation(segmentation as never, 2, 3);
    expect(decode).toThrow(DataError);
    expect(decode).toThrow(message);
  });
});
