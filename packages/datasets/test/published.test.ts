import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { createTar } from "nanotar";
import { describe, expect, it } from "vitest";
import {
  agNews,
  bccd,
  cifar10,
  computeChannelStatistics,
  countImages,
  kFold,
  mnist,
  movieReviews,
  multi30k,
  optdigits,
  readCifar10,
  sst2,
  subjectivity,
  type TextSet,
  trec,
} from "../src/index.ts";
import { loadPublished } from "../src/node/index.ts";
import { colorJpeg } from "./images/sample-images.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const countLabels = (labels: ArrayLike<number>, classes: number): number[] =>
  Array.from({ length: classes }, (_, label) => Array.from(labels).filter((found) => found === label).length);

describe("cifar10", () => {
  const makeArchive = (names: readonly string[]): Uint8Array => {
    const files = names.map((name, index) => {
      const data = new Uint8Array(3073).fill(20 + index);
      data[0] = index;
      return { name: `cifar-10-batches-bin/${name}`, data };
    });
    return gzipSync(createTar(files));
  };
  const names = ["test_batch.bin", ...[5, 4, 3, 2, 1].map((number) => `data_batch_${number}.bin`)];

  it("is read from its archive, the batches in their order", async () => {
    const archive = makeArchive(["readme.html", ...names]);
    const train = await cifar10.read({ archive }, "train");
    expect(train).toMatchObject({ imageShape: [3, 32, 32], labels: Uint8Array.of(6, 5, 4, 3, 2) });
    expect(train.images[3072]).toBe(25);
    expect((await cifar10.read({ archive }, "test")).labels).toEqual(Uint8Array.of(1));
  });

  it("without one of its files is refused", async () => {
    const archive = makeArchive(names.slice(0, 4));
    await expect(cifar10.read({ archive }, "train")).rejects.toThrow(
      "cifar10 (train): found no data_batch_1.bin in the archive",
    );
  });
});

describe("published texts", () => {
  it("are read by their formats", async () => {
    const news = await agNews.read({ texts: encode('"3","A ""b""","c, d"\n"1","E","f"\n') }, "test");
    expect(news).toMatchObject({ name: "ag-news (test)", length: 2, labels: Int32Array.of(2, 0) });
    expect(await news.get(0)).toEqual({ text: 'A "b" c, d', label: 2 });
    const questions = await trec.read({ texts: Uint8Array.of(0x35, 0x20, 0xe9, 0x20, 0x3f, 0x0a) }, "train");
    expect(await questions.get(0)).toEqual({ text: "é ?", label: 5 });
    const files = { source: gzipSync("one\ntwo\n"), target: gzipSync("eins\nzwei\n") };
    const pairs = await multi30k.read(files, "train");
    expect(pairs).toMatchObject({ languages: ["en", "de"], length: 2 });
    expect(await pairs.get(1)).toEqual({ source: "two", target: "zwei" });
    const row = [...new Array(63).fill(16), 0, 7].join(",");
    const digits = await optdigits.read({ images: encode(`${row}\n`) }, "test");
    expect([digits.images.length, digits.images[62], digits.labels[0]]).toEqual([64, 16, 7]);
  });

  it.each([
    [
      () => agNews.read({ texts: encode('"5","a","b"\n') }, "test"),
      "text 0: found the label 4, expected 0 to 3",
    ],
    [() => agNews.read({ texts: encode('"1","a"\n') }, "test"), "line 1: found 2 fields, expected 3"],
    [() => sst2.read({ texts: encode("1 good\nbad\n") }, "test"), "sst2 (test): line 2: found no label"],
    [() => sst2.read({ texts: Uint8Array.of(0x30, 0x20, 0xe9) }, "test"), "found bytes that are not utf-8"],
    [() => optdigits.read({ images: encode("1,2\n") }, "test"), "optdigits (test): line 1: found 2 fields"],
    [() => optdigits.read({ images: encode(`${",".repeat(64)}\n`) }, "test"), "line 1: found 65 fields"],
    [
      () => multi30k.read({ source: encode("a\nb\n"), target: encode("c\n") }, "validation"),
      "multi30k (validation): found 2 lines in en and 1 in de",
    ],
  ])("are rejected if they are damaged: %o", async (read, message) => {
    await expect(read()).rejects.toThrow(DataError);
    await expect(read()).rejects.toThrow(message);
  });

  it("are loaded by parts that exist", async () => {
    await expect(loadPublished(trec, { parts: ["dev" as never] })).rejects.toThrow(
      'loadPublished: parts: found ["dev"], expected an array, each element one of train, test',
    );
    await expect(loadPublished(trec, { part: "test" } as never)).rejects.toThrow(ArgumentError);
    await expect(loadPublished({} as never)).rejects.toThrow("expected a published set");
  });
});

describe("published pictures with boxes", () => {
  const annotate = (name: string, edges: readonly number[], width = 19): Uint8Array => {
    const [left, top, right, bottom] = edges;
    const box = `<xmin>${left}</xmin><ymin>${top}</ymin><xmax>${right}</xmax><ymax>${bottom}</ymax>`;
    const object = (inner: string): string =>
      `<object><name>${name}</name><bndbox>${inner}</bndbox></object>`;
    const empty = object("<xmin>5</xmin><ymin>3</ymin><xmax>5</xmax><ymax>3</ymax>");
    const size = `<size><width>${width}</width><height>13</height></size>`;
    return encode(`<annotation>${size}${object(box)}${empty}</annotation>`);
  };
  const read = (annotation: Uint8Array) => bccd.read({ "a.jpg": colorJpeg, "a.xml": annotation }, "test");

  it("are decoded when they are read, and lose boxes without area", async () => {
    const cells = await read(annotate("Platelets", [2, 1, 10, 9]));
    expect(cells).toMatchObject({ name: "bccd (test)", length: 1, names: ["a"], boxesWithoutArea: 1 });
    const { image, ...objects } = await cells.get(0);
    expect(image.shape).toEqual([3, 13, 19]);
    expect(objects).toEqual({
      boxes: { data: Float32Array.of(2, 1, 10, 9), shape: [1, 4] },
      labels: Int32Array.of(2),
      difficult: Uint8Array.of(0),
      truncated: Uint8Array.of(0),
    });
  });

  it("are rejected if they are damaged", async () => {
    await expect(read(annotate("dust", [2, 1, 10, 9]))).rejects.toThrow(
      "bccd (test): a.xml: found an object of the class dust, expected one of: RBC, WBC, Platelets",
    );
    await expect(read(encode("<annotation>"))).rejects.toThrow(DataError);
    const wide = await read(annotate("RBC", [2, 1, 10, 9], 20));
    await expect(wide.get(0)).rejects.toThrow(
      "bccd (test): a.jpg: found 19 x 13 pixels, expected the 20 x 13 of its annotation",
    );
  });

  it("have files with sizes and checksums", () => {
    const parts = Object.values(bccd.parts).map((files) => Object.values(files));
    expect(parts.map(({ length }) => length / 2)).toEqual([205, 87, 72]);
    const names = new Set(parts.flat().map(({ file }) => file));
    expect(names.size).toBe(2 * 364);
    expect(parts.flat().every(({ bytes, sha256 }) => bytes > 0 && /^[0-9a-f]{64}$/.test(sha256))).toBe(true);
  });
});

const data = process.env.EVENKEEL_DATA;
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
describe.skipIf(data === undefined && !isPromised)(
  "the published files (skipped unless EVENKEEL_DATA names their folder)",
  () => {
    const describeTexts = ({ texts, labels, classes }: TextSet) => ({
      counts: countLabels(labels, classes.length),
      isWhole: texts.every((text) => text.length > 0 && !text.includes("\uFFFD")),
    });

    it("of AG News are read whole", async () => {
      const { test } = await loadPublished(agNews, { parts: ["test"] });
      expect(describeTexts(test)).toEqual({ counts: [1900, 1900, 1900, 1900], isWhole: true });
    });

    it("of TREC, SST-2, movie reviews and subjectivity are read whole", async () => {
      const questions = await loadPublished(trec);
      expect([questions.train.length, questions.test.length]).toEqual([5452, 500]);
      expect(describeTexts(questions.test)).toEqual({ counts: [138, 94, 9, 65, 81, 113], isWhole: true });
      const opinions = await loadPublished(sst2);
      expect(describeTexts(opinions.train).isWhole).toBe(true);
      expect([opinions.train.length, opinions.validation.length, opinions.test.length]).toEqual([
        6920, 872, 1821,
      ]);
      const { all: reviews } = await loadPublished(movieReviews);
      expect(describeTexts(reviews)).toEqual({ counts: [5331, 5331], isWhole: true });
      const { all: sentences } = await loadPublished(subjectivity);
      expect(describeTexts(sentences)).toEqual({ counts: [5000, 5000], isWhole: true });
      const [fold] = kFold(sentences, { folds: 10, seed: 1, stratify: sentences.labels });
      expect([fold!.rest.length, fold!.held.length]).toEqual([9000, 1000]);
    });

    it("of Multi30k are read whole, in pairs", async () => {
      const parts = await loadPublished(multi30k);
      expect(Object.values(parts).map(({ length }) => length)).toEqual([29_000, 1014, 1000, 1000, 461]);
      const longest = (texts: readonly string[]) =>
        texts.reduce((most, text) => Math.max(most, text.trim().split(/\s+/).length), 0);
      expect([longest(parts.train.targets), longest(parts.train.sources)]).toEqual([39, 37]);
    });

    it("of optdigits are read whole", async () => {
      const { train, test } = await loadPublished(optdigits);
      expect(countLabels(train.labels, 10)).toEqual([376, 389, 380, 389, 387, 376, 377, 387, 380, 382]);
      expect(countLabels(test.labels, 10)).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    });

    it("of BCCD are read whole", async () => {
      const parts = await loadPublished(bccd);
      const sets = Object.values(parts);
      expect(sets.map(({ length, boxesWithoutArea }) => [length, boxesWithoutArea])).toEqual([
        [205, 1],
        [87, 1],
        [72, 0],
      ]);
      const { image, boxes, labels } = await parts.test.get(0);
      expect([image.shape, boxes.shape, labels.length]).toEqual([[3, 480, 640], [18, 4], 18]);
    });

    it("of image sets are read by part", async () => {
      const loaded = await loadPublished(mnist, { parts: ["test"] });
      expect(Object.keys(loaded)).toEqual(["test"]);
      expect(countLabels(loaded.test.labels, 10)).toEqual([
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
      ]);
    });

    it("in the format of CIFAR-10 are read whole", async () => {
      const read = async (file: string) => readCifar10([await readFile(join(data!, "cifar10-subset", file))]);
      const [train, test] = [await read("subset_train_10000.bin"), await read("subset_test_2000.bin")];
      expect([countImages(train), countImages(test)]).toEqual([10_000, 2000]);
      expect(countLabels(train.labels, 10)).toEqual(new Array(10).fill(1000));
      const { mean, deviation } = computeChannelStatistics(train);
      [0.492, 0.4836, 0.4476].forEach((expected, channel) => {
        expect(mean[channel]).toBeCloseTo(expected, 3);
      });
      [0.247, 0.2438, 0.2618].forEach((expected, channel) => {
        expect(deviation[channel]).toBeCloseTo(expected, 3);
      });
    });
  },
);
