import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countImages, fashionMnist, mnist } from "../src/index.ts";
import { DownloadError, loadImages } from "../src/node/index.ts";
import { contents, serve, tinySet } from "./tiny-set.ts";

let folder: string;
let server: Awaited<ReturnType<typeof serve>>;
let address: string;
let requests: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-datasets-"));
  requests = [];
  server = await serve((request, response) => {
    const file = request.url!.slice(1);
    requests.push(file);
    const body = contents[file];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  address = server.address;
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

describe("loading published images", () => {
  it("downloads into the cache once, with progress", async () => {
    const seen: number[] = [];
    const options = {
      dataFolder: "",
      cacheFolder: folder,
      onProgress: (_: string, bytes: number) => seen.push(bytes),
    };
    const { train, test } = await loadImages(tinySet([`${address}/missing`, address]), options);
    expect([...train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(countImages(test)).toBe(1);
    expect(seen).toContain(contents["train-images.gz"]!.length);
    const before = requests.length;
    await loadImages(tinySet([address]), options);
    expect(requests.length).toBe(before);
    expect((await readdir(join(folder, "tiny"))).sort()).toEqual(Object.keys(contents).sort());
  });

  it.each(["flipped", "cut", "empty", "a link to nothing"])(
    "replaces a cache file that is %s",
    async (kind) => {
      const options = { dataFolder: "", cacheFolder: folder };
      await loadImages(tinySet([address]), options);
      const path = join(folder, "tiny", "test-images.gz");
      const damaged = Buffer.from(contents["test-images.gz"]!);
      damaged[12]! ^= 1;
      if (kind === "a link to nothing") {
        await rm(path);
        await symlink(join(folder, "nothing"), path);
      } else {
        const length = kind === "flipped" ? damaged.length : kind === "cut" ? 10 : 0;
        await writeFile(path, damaged.subarray(0, length));
      }
      requests = [];
      const { test } = await loadImages(tinySet([address]), options);
      expect([...test.images]).toEqual([9, 9, 9, 9]);
      expect(requests).toEqual(["test-images.gz"]);
    },
  );

  it("distinguishes a set that cannot be downloaded from a damaged one", async () => {
    const options = { dataFolder: "", cacheFolder: folder };
    await expect(loadImages(tinySet([`${address}/nowhere`]), options)).rejects.toThrow(DownloadError);
    await mkdir(join(folder, "tiny"));
    await writeFile(join(folder, "tiny", "train-images.gz"), "damaged");
    const damaged = loadImages(tinySet([`${address}/nowhere`]), options);
    await expect(damaged).rejects.toThrow(DataError);
    await expect(damaged).rejects.toThrow(/found 7 bytes, expected \d+, and .* could not be downloaded/);
  });

  it("runs twice at the same time with one empty cache", async () => {
    const load = () => loadImages(tinySet([address]), { dataFolder: "", cacheFolder: folder });
    for (const { train } of await Promise.all([load(), load(), load()])) expect(countImages(train)).toBe(2);
    expect((await readdir(join(folder, "tiny"))).sort()).toEqual(Object.keys(contents).sort());
  });

  it("rejects unknown options", async () => {
    await expect(loadImages(tinySet([]), { cache: folder } as never)).rejects.toThrow(
      /loadImages: found the option "cache"/,
    );
    await expect(loadImages("mnist" as never)).rejects.toThrow(
      /loadImages: found "mnist", expected a published set, such as fashionMnist/,
    );
  });

  it("prefers the data folder, and says what is wrong in it", async () => {
    const own = join(folder, "tiny");
    await mkdir(own);
    for (const [file, body] of Object.entries(contents)) await writeFile(join(own, file), body);
    const options = { dataFolder: folder, cacheFolder: join(folder, "cache") };
    expect((await loadImages(tinySet([]), options)).folder).toBe(own);
    const damaged = Buffer.from(contents["test-images.gz"]!);
    damaged[12]! ^= 1;
    await writeFile(join(own, "test-images.gz"), damaged);
    await expect(loadImages(tinySet([]), options)).rejects.toThrow(
      /test-images.gz: found the sha256 checksum/,
    );
    await writeFile(join(own, "test-images.gz"), damaged.subarray(3));
    await expect(loadImages(tinySet([]), options)).rejects.toThrow(/bytes, expected/);
    await rm(join(own, "test-images.gz"));
    await expect(loadImages(tinySet([]), options)).rejects.toThrow(
      /found an incomplete tiny, missing: test-images.gz/,
    );
  });

  it("says where it looked for a set that nobody serves", async () => {
    const cacheFolder = join(folder, "cache");
    const load = (dataFolder: string) => loadImages(tinySet([]), { dataFolder, cacheFolder });
    const inCache = join(cacheFolder, "tiny");
    await expect(load("")).rejects.toThrow(
      new DataError(
        `tiny: found none of its files, expected them in ${inCache}: nobody serves this set, and EVENKEEL_DATA can name another folder for data`,
      ),
    );
    await expect(load(folder)).rejects.toThrow(
      `expected them in ${join(folder, "tiny")} or ${inCache}: nobody`,
    );
    await mkdir(inCache, { recursive: true });
    for (const [file, body] of Object.entries(contents)) await writeFile(join(inCache, file), body);
    expect((await load(folder)).folder).toBe(inCache);
    await writeFile(join(inCache, "test-images.gz"), "damaged");
    await expect(load("")).rejects.toThrow(/test-images.gz: found 7 bytes, expected/);
  });

  it("lists why no address could be reached, without a long wait", async () => {
    const silent = await serve(() => undefined);
    await expect(
      loadImages(tinySet([`${address}/nowhere`, silent.address]), {
        dataFolder: "",
        cacheFolder: folder,
        timeoutMilliseconds: 100,
      }),
    ).rejects.toThrow(/the server answered 404.*no data for 0.1 seconds/);
    await silent.close();
  });
});

const data = process.env.EVENKEEL_DATA;
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("data");
describe.skipIf(data === undefined && !isPromised)(
  "the published files (skipped unless EVENKEEL_DATA names their folder)",
  () => {
    it.each([
      [fashionMnist, 0.286, 0.353, [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]],
      [mnist, 0.1307, 0.3081, [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]],
    ] as const)("are read whole: $name", async (images, mean, deviation, firstLabels) => {
      const { computeChannelStatistics } = await import("../src/index.ts");
      const { train, test } = await loadImages(images);
      expect([countImages(train), countImages(test)]).toEqual([60_000, 10_000]);
      expect([...train.labels.subarray(0, 10)]).toEqual(firstLabels);
      const statistics = computeChannelStatistics(train);
      expect(statistics.mean[0]).toBeCloseTo(mean, 3);
      expect(statistics.deviation[0]).toBeCloseTo(deviation, 3);
    });
  },
);
