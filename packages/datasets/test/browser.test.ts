import { ArgumentError, DataError } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DownloadError, fetchPublishedFile, loadPublished, walkFiles } from "../src/browser/index.ts";
import { countImages, type PublishedSet } from "../src/index.ts";
import { MemoryFolder } from "./memory-folder.ts";
import { contents, describeFile, serve, tinySet } from "./tiny-set.ts";

let server: Awaited<ReturnType<typeof serve>>;
let requests: string[];
beforeEach(async () => {
  requests = [];
  server = await serve((request, response) => {
    const file = request.url!.slice(1);
    requests.push(file);
    const body = contents[file];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await server.close();
});

const file = "train-images.gz";
const published = describeFile(file, contents[file]!);
const chosen = () => Object.entries(contents).map(([name, body]) => new File([new Uint8Array(body)], name));

describe("fetching a file", () => {
  it("returns verified bytes from the first address that has them, with progress", async () => {
    const seen: unknown[] = [];
    const addresses = [`${server.address}/nowhere`, server.address];
    const onProgress = (...progress: unknown[]) => seen.push(progress);
    const bytes = await fetchPublishedFile(published, addresses, { onProgress });
    expect(Buffer.from(bytes).equals(contents[file]!)).toBe(true);
    expect(seen.at(-1)).toEqual([file, published.bytes, published.bytes]);
  });

  it("resumes a connection that breaks", async () => {
    const ranges: unknown[] = [];
    const half = contents[file]!.subarray(0, 20);
    const breaking = await serve(({ headers }, response) => {
      ranges.push(headers.range);
      if (headers.range === undefined) {
        response.writeHead(200, { "content-length": published.bytes });
        response.write(half, () => setTimeout(() => response.destroy(), 20));
      } else response.writeHead(206).end(contents[file]!.subarray(20));
    });
    const bytes = await fetchPublishedFile(published, [breaking.address]);
    expect(Buffer.from(bytes).equals(contents[file]!)).toBe(true);
    expect(ranges).toEqual([undefined, "bytes=20-"]);
    await breaking.close();
  });

  it.each<
    [
      string,
      (response: import("node:http").ServerResponse) => void,
      typeof DownloadError | typeof DataError,
      RegExp,
    ]
  >([
    ["a missing file", (response) => response.writeHead(404).end(), DownloadError, /the server answered 404/],
    [
      "a longer file",
      (response) => response.end(Buffer.alloc(1000)),
      DataError,
      /found more than \d+ bytes, expected/,
    ],
    ["a shorter file", (response) => response.end("abc"), DataError, /found 3 bytes, expected/],
    [
      "a different file",
      (response) => response.end(Buffer.alloc(published.bytes)),
      DataError,
      /found the sha256 checksum .*: the file is damaged/,
    ],
    [
      "a compressed answer",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(contents[file]),
      DataError,
      /found the file in gzip, which browsers decompress/,
    ],
    ["silence", () => undefined, DownloadError, /no data for 0.2 seconds/],
  ])("rejects %s", async (_, respond, kind, message) => {
    const other = await serve((_, response) => respond(response));
    const fetching = fetchPublishedFile(published, [other.address], { timeoutMilliseconds: 200 });
    await expect(fetching).rejects.toThrow(kind);
    await expect(fetching).rejects.toThrow(message);
    await other.close();
  });

  it("says when no server answers, and stops for a signal", async () => {
    await server.close();
    const failing = fetchPublishedFile(published, [server.address]);
    await expect(failing).rejects.toMatchObject({ name: "DownloadError", wasAnswered: false });
    const silent = await serve(() => undefined);
    const controller = new AbortController();
    const fetching = fetchPublishedFile(published, [silent.address], { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(fetching).rejects.toThrow("enough");
    await silent.close();
  });

  it("passes on what its callback throws", async () => {
    const onProgress = () => {
      throw new TypeError("in the page");
    };
    await expect(fetchPublishedFile(published, [server.address], { onProgress })).rejects.toThrow(
      new TypeError("in the page"),
    );
  });

  it("needs checksums, and right arguments", async () => {
    for (const [described, addresses] of [
      [{ file }, [server.address]],
      [published, []],
      [published, ["data/mnist"]],
    ]) {
      await expect(fetchPublishedFile(described as never, addresses as never)).rejects.toThrow(ArgumentError);
    }
    vi.stubGlobal("crypto", {});
    await expect(fetchPublishedFile(published, [server.address])).rejects.toThrow(/expected a secure page/);
  });
});

describe("loading a set", () => {
  it("fetches it once into the cache, and again what is damaged there", async () => {
    const folder = new MemoryFolder();
    const cacheFolder = folder.asHandle();
    const set = tinySet([server.address]);
    const { train, test } = await loadPublished(set, { cacheFolder });
    expect([...train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(countImages(test)).toBe(1);
    expect(requests.length).toBe(4);
    const cached = folder.contents.get("tiny") as MemoryFolder;
    expect([...cached.contents.keys()].sort()).toEqual(Object.keys(contents).sort());
    await loadPublished(set, { cacheFolder, parts: ["train"] });
    expect(requests.length).toBe(4);
    cached.contents.set(file, new Uint8Array(published.bytes));
    await loadPublished(set, { cacheFolder });
    expect(requests.slice(4)).toEqual([file]);
  });

  it("uses the origin private file system, and does without if there is none or it is full", async () => {
    const set = tinySet([server.address]);
    const root = new MemoryFolder();
    vi.stubGlobal("navigator", { storage: { getDirectory: async () => root } });
    await loadPublished(set, { parts: ["test"] });
    await loadPublished(set, { parts: ["test"] });
    expect([...root.contents.keys()]).toEqual(["evenkeel-datasets"]);
    expect(requests.length).toBe(2);
    const getDirectory = async () => {
      throw new DOMException("not here", "SecurityError");
    };
    for (const navigator of [{}, { storage: { getDirectory } }]) {
      vi.stubGlobal("navigator", navigator);
      expect((await loadPublished(set, { parts: ["test"] })).test.name).toBe("tiny (test)");
    }
    const full = new MemoryFolder();
    full.isFull = true;
    const warnings: string[] = [];
    const options = { parts: ["test"] as const, onWarning: (message: string) => warnings.push(message) };
    await loadPublished(set, { ...options, cacheFolder: full.asHandle() });
    expect(warnings).toEqual([
      "loadPublished: test-images.gz: could not be kept for the next time: storage is full",
      "loadPublished: test-labels.gz: could not be kept for the next time: storage is full",
    ]);
    await loadPublished(set, { ...options, cacheFolder: null });
    expect(warnings.length).toBe(2);
  });

  it("prefers chosen files or a folder, whose contents are verified", async () => {
    const set = tinySet([server.address]);
    const folder = new MemoryFolder();
    const nested = await folder.getDirectoryHandle("data", { create: true });
    for (const [name, body] of Object.entries(contents)) nested.contents.set(name, new Uint8Array(body));
    folder.contents.set(file, new Uint8Array(3));
    for (const files of [chosen(), folder.asHandle()]) {
      const { train } = await loadPublished(set, { files, cacheFolder: null });
      expect(countImages(train)).toBe(2);
    }
    expect(requests).toEqual([]);
    const damaged = chosen().map((one) => new File([new Uint8Array(one.size)], one.name));
    await expect(loadPublished(set, { files: damaged })).rejects.toThrow(/found the sha256 checksum/);
    await expect(loadPublished(set, { files: chosen().slice(1) })).rejects.toThrow(
      /the chosen files: found an incomplete tiny, missing: /,
    );
    await loadPublished(set, { files: [new File(["other"], "notes.txt")], cacheFolder: null });
    expect(requests.length).toBe(4);
  });

  it("of which nobody serves the files needs chosen ones", async () => {
    const set = tinySet([]);
    await expect(loadPublished(set, { cacheFolder: null })).rejects.toThrow(
      new DataError(
        "train-images.gz: found it nowhere, expected it among the chosen files, because nobody serves its set",
      ),
    );
    expect(countImages((await loadPublished(set, { files: chosen(), cacheFolder: null })).train)).toBe(2);
  });

  it("keeps files in folders of the cache, and finds them among chosen ones by their names", async () => {
    const names = Object.keys(contents).slice(0, 2);
    const set: PublishedSet<"all", readonly number[]> = {
      name: "nested",
      folder: "nested",
      addresses: [server.address],
      parts: {
        all: Object.fromEntries(names.map((name) => [name, describeFile(`inner/${name}`, contents[name]!)])),
      },
      read: async (files) => Object.values(files).map(({ length }) => length),
    };
    const lengths = names.map((name) => contents[name]!.length);
    const files = chosen();
    expect((await loadPublished(set, { files, cacheFolder: null })).all).toEqual(lengths);
    const cache = new MemoryFolder();
    const kept = await (await cache.getDirectoryHandle("nested", { create: true })).getDirectoryHandle(
      "inner",
      {
        create: true,
      },
    );
    kept.contents.set(names[0]!, new Uint8Array(contents[names[0]!]!));
    const second = names[1]!;
    const nested = await serve((request, response) => {
      response.writeHead(request.url === `/inner/${second}` ? 200 : 404).end(contents[second]);
    });
    const from = { ...set, addresses: [nested.address] };
    expect((await loadPublished(from, { cacheFolder: cache.asHandle() })).all).toEqual(lengths);
    await nested.close();
    expect((await loadPublished(from, { cacheFolder: cache.asHandle() })).all).toEqual(lengths);
  });

  it("rejects wrong options", async () => {
    const set = tinySet([server.address]);
    for (const [options, message] of [
      [{ dataFolder: "x" }, 'found the option "dataFolder"'],
      [{ cacheFolder: "x" }, 'cacheFolder: found "x", expected the handle of a folder'],
      [{ files: 5 }, "walkFiles: found 5"],
      [{ parts: ["dev"] }, "expected an array, each element one of train, test"],
    ] as const) {
      const loading = loadPublished(set, options as never);
      await expect(loading).rejects.toThrow(ArgumentError);
      await expect(loading).rejects.toThrow(message);
    }
  });
});

it("files of a folder come in the order of their paths", async () => {
  const folder = new MemoryFolder();
  folder.contents.set("b.txt", new Uint8Array(2));
  const nested = await folder.getDirectoryHandle("a", { create: true });
  nested.contents.set("z.txt", new Uint8Array(1));
  nested.contents.set("Y.txt", new Uint8Array(0));
  const found: unknown[] = [];
  for await (const { path, file } of walkFiles(folder.asHandle())) found.push([path, file.size]);
  expect(found).toEqual([
    ["a/Y.txt", 0],
    ["a/z.txt", 1],
    ["b.txt", 2],
  ]);
});
