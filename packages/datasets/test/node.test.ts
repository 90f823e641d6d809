import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fashionMnist, imageCount, mnist, type PublishedImages } from "../src/index.ts";
import { loadImages } from "../src/node/index.ts";

function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((dimension, axis) => {
    header.writeUInt32BE(dimension, 4 + 4 * axis);
  });
  return gzipSync(Buffer.concat([header, Buffer.from(data)]));
}

const contents: { readonly [file: string]: Buffer } = {
  "train-images.gz": idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  "train-labels.gz": idx([2], [0, 1]),
  "test-images.gz": idx([1, 2, 2], [9, 9, 9, 9]),
  "test-labels.gz": idx([1], [1]),
};

function published(addresses: readonly string[]): PublishedImages {
  const describeFile = (file: string) => ({
    file,
    bytes: contents[file]!.length,
    sha256: createHash("sha256").update(contents[file]!).digest("hex"),
  });
  return {
    name: "tiny",
    folder: "tiny",
    addresses,
    classes: ["a", "b"],
    train: { images: describeFile("train-images.gz"), labels: describeFile("train-labels.gz") },
    test: { images: describeFile("test-images.gz"), labels: describeFile("test-labels.gz") },
  };
}

let folder: string;
let server: Server;
let address: string;
let requests: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-datasets-"));
  requests = [];
  server = createServer((request, response) => {
    const file = request.url!.slice(1);
    requests.push(`${file} ${request.headers.range ?? "whole"}`);
    const body = contents[file];
    if (body === undefined) return response.writeHead(404).end();
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    response.writeHead(start > 0 ? 206 : 200).end(body.subarray(start));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
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
    const { train, test } = await loadImages(published([`${address}/missing`, address]), options);
    expect([...train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(imageCount(test)).toBe(1);
    expect(seen).toContain(contents["train-images.gz"]!.length);
    const before = requests.length;
    await loadImages(published([address]), options);
    expect(requests.length).toBe(before);
    expect((await readdir(join(folder, "tiny"))).sort()).toEqual(Object.keys(contents).sort());
  });

  it("resumes a broken download", async () => {
    await mkdir(join(folder, "tiny"));
    await writeFile(
      join(folder, "tiny", "train-images.gz.partial"),
      contents["train-images.gz"]!.subarray(0, 10),
    );
    await loadImages(published([address]), { dataFolder: "", cacheFolder: folder });
    expect(requests[0]).toBe("train-images.gz bytes=10-");
    expect(await readFile(join(folder, "tiny", "train-images.gz"))).toEqual(contents["train-images.gz"]);
  });

  it("starts over when what was there is damaged, and keeps nothing damaged", async () => {
    await mkdir(join(folder, "tiny"));
    await writeFile(join(folder, "tiny", "train-images.gz.partial"), Buffer.alloc(10));
    await expect(loadImages(published([address]), { dataFolder: "", cacheFolder: folder })).rejects.toThrow(
      /sha256 checksum .* the file is damaged/,
    );
    await loadImages(published([address]), { dataFolder: "", cacheFolder: folder });
  });

  it("prefers the data folder, and says what is wrong in it", async () => {
    const own = join(folder, "tiny");
    await mkdir(own);
    for (const [file, body] of Object.entries(contents)) await writeFile(join(own, file), body);
    const options = { dataFolder: folder, cacheFolder: join(folder, "cache") };
    expect((await loadImages(published([]), options)).folder).toBe(own);
    const damaged = Buffer.from(contents["test-images.gz"]!);
    damaged[12]! ^= 1;
    await writeFile(join(own, "test-images.gz"), damaged);
    await expect(loadImages(published([]), options)).rejects.toThrow(
      /test-images.gz: found the sha256 checksum/,
    );
    await writeFile(join(own, "test-images.gz"), damaged.subarray(3));
    await expect(loadImages(published([]), options)).rejects.toThrow(/bytes, expected/);
    await rm(join(own, "test-images.gz"));
    await expect(loadImages(published([]), options)).rejects.toThrow(
      /found a part of tiny, missing: test-images.gz/,
    );
  });

  it("lists why no address could be reached, in short time", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const port = (silent.address() as AddressInfo).port;
    await expect(
      loadImages(published([`${address}/nowhere`, `http://127.0.0.1:${port}`]), {
        dataFolder: "",
        cacheFolder: folder,
        timeoutMilliseconds: 100,
      }),
    ).rejects.toThrow(/the server answered 404.*no data for 0.1 seconds/);
    silent.closeAllConnections();
    silent.close();
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
      const { channelStatistics } = await import("../src/index.ts");
      const { train, test } = await loadImages(images);
      expect([imageCount(train), imageCount(test)]).toEqual([60_000, 10_000]);
      expect([...train.labels.subarray(0, 10)]).toEqual(firstLabels);
      const statistics = channelStatistics(train);
      expect(statistics.mean[0]).toBeCloseTo(mean, 3);
      expect(statistics.deviation[0]).toBeCloseTo(deviation, 3);
    });
  },
);
