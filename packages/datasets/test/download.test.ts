import { spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ArgumentError, DataError, StorageError } from "@evenkeel/tensor";
import { makeTemporaryPath } from "@evenkeel/tensor/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DownloadError, download } from "../src/node/index.ts";
import { describeFile, serve } from "./tiny-set.ts";

const body = gzipSync(randomBytes(100_000));
const published = describeFile("images.gz", body);

let folder: string;
let path: string;
let answer: RequestListener;
let server: Awaited<ReturnType<typeof serve>>;
let ranges: (string | undefined)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-download-"));
  path = join(folder, "cache", "images.gz");
  ranges = [];
  server = await serve((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const start = (request: IncomingMessage): number =>
  Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);

const sendRest: RequestListener = (request, response) => {
  const from = start(request);
  const range = { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` };
  response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {}).end(body.subarray(from));
};

/** Answers with a part, and breaks the connection. */
function breakAfter(bytes: number): RequestListener {
  return (request, response) => {
    const from = start(request);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length - from });
    response.write(body.subarray(from, from + bytes), () => response.destroy());
  };
}

const get = (options = {}) => download(published, [server.address], path, options);

async function expectWhole(): Promise<void> {
  expect((await readFile(path)).equals(body)).toBe(true);
  expect(await readdir(join(folder, "cache"))).toEqual(["images.gz"]);
}

describe("the bytes that are published arrive", () => {
  it.each(["gzip", "x-gzip", "identity"])("with any header: content-encoding %s", async (encoding) => {
    let asked: string | undefined;
    answer = ({ headers }, response) => {
      asked = headers["accept-encoding"];
      response.writeHead(200, { "content-encoding": encoding }).end(body);
    };
    await get();
    await expectWhole();
    expect(asked).toBe("identity");
  });

  it("through redirects, up to a limit", async () => {
    answer = (request, response) =>
      request.url === "/images.gz"
        ? response.writeHead(302, { location: "/moved" }).end()
        : sendRest(request, response);
    await get();
    await expectWhole();
    answer = (_, response) => response.writeHead(302, { location: "/images.gz" }).end();
    await expect(download(published, [server.address], join(folder, "again"))).rejects.toThrow(
      /found more than 5 redirects/,
    );
  });

  it("over broken connections, each resumed where the last one stopped", async () => {
    answer = breakAfter(40_000);
    await get();
    await expectWhole();
    expect(ranges.length).toBeGreaterThan(2);
    expect(ranges[0]).toBeUndefined();
    for (const range of ranges.slice(1)) expect(range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("completely, even if the connection breaks at the last byte", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "transfer-encoding": "chunked" });
      response.write(body, () => setTimeout(() => response.destroy(), 50));
    };
    await get();
    await expectWhole();
    expect(ranges.length).toBe(1);
  });

  it("only from the next address, after one has sent part of another file", async () => {
    const other = Buffer.from(body);
    other[0]! ^= 1;
    answer = (request, response) => {
      if (request.url?.startsWith("/whole/")) return sendRest(request, response);
      if (start(request) > 0) return response.destroy();
      response.writeHead(200, { "content-length": body.length });
      response.write(other.subarray(0, 40_000), () => setTimeout(() => response.destroy(), 50));
    };
    await download(published, [`${server.address}/broken`, `${server.address}/whole`], path);
    await expectWhole();
  });

  it.each(["ftp://127.0.0.1/images.gz", "http://[bad", "file:///etc/hosts"])(
    "from the next address, where one redirects to %s",
    async (location) => {
      answer = (request, response) =>
        request.url?.startsWith("/moved/")
          ? response.writeHead(302, { location }).end()
          : sendRest(request, response);
      const moved = `${server.address}/moved`;
      await download(published, [moved, server.address], path);
      await expectWhole();
      const failing = download(published, [moved], join(folder, "again"));
      await expect(failing).rejects.toMatchObject({ name: "DownloadError", wasAnswered: true });
      await expect(failing).rejects.toThrow(`found a redirect to "${location}", expected an http or https`);
    },
  );

  it("from a server without range requests, and from the next address", async () => {
    let connections = 0;
    answer = (request, response) => {
      if (connections++ === 0) breakAfter(1000)(request, response);
      else response.writeHead(200).end(body);
    };
    await get();
    await expectWhole();
    answer = sendRest;
    await download(published, ["http://127.0.0.1:1", server.address], path);
    await expectWhole();
  });
});

describe("the error type tells that", () => {
  const failure = (options = {}) =>
    get(options).then(
      () => undefined,
      (error: Error) => error,
    );

  it("no address can be reached", async () => {
    for (const [refuse, wasAnswered] of [
      [(_: IncomingMessage, response: ServerResponse) => response.writeHead(503).end(), true],
      [(_: IncomingMessage, response: ServerResponse) => response.destroy(), false],
      [() => undefined, false],
    ] as const) {
      answer = refuse;
      const error = await failure({ timeoutMilliseconds: 100 });
      expect(error).toBeInstanceOf(DownloadError);
      expect(error).toMatchObject({ wasAnswered });
    }
    answer = sendRest;
    await server.close();
    const error = await failure();
    expect(String(error)).toMatch(/^DownloadError: images.gz: could not be downloaded. http.*ECONNREFUSED/);
    expect(error).toMatchObject({ wasAnswered: false });
    expect(await readdir(folder)).toEqual([]);
  });

  it("a connection breaks before it sends anything", async () => {
    answer = (request, response) => breakAfter(start(request) === 0 ? 5000 : 0)(request, response);
    expect(await failure()).toMatchObject({ name: "DownloadError", wasAnswered: true });
    expect(ranges.length).toBe(2);
  });

  it("the file is damaged or a different one", async () => {
    const damaged = Buffer.from(body);
    damaged[500]! ^= 1;
    for (const [wrong, message] of [
      [damaged, /found the sha256 checksum/],
      ["<!doctype html>", /found 15 bytes, expected \d+/],
    ] as const) {
      answer = (_, response) => response.writeHead(200).end(wrong);
      const error = await failure();
      expect(error).toBeInstanceOf(DataError);
      expect(error?.message).toMatch(message);
    }
    const [encoded, encoding] = [gzipSync(body), "gzip"];
    answer = (_, response) =>
      response
        .writeHead(200, { "content-encoding": encoding, "content-length": encoded.length })
        .end(encoded);
    expect(await failure()).toBeInstanceOf(DataError);
    expect((await failure())?.message).toMatch(/found \d+ bytes in gzip from byte 0, expected \d+/);
    expect(await readdir(join(folder, "cache"))).toEqual([]);
  });

  it("the file cannot be written", async () => {
    answer = sendRest;
    await writeFile(join(folder, "cache"), "a file where a folder should be");
    expect(await failure()).toBeInstanceOf(StorageError);
  });

  it("the download was aborted, or a callback failed", async () => {
    const reason = new Error("no more");
    expect(await failure({ signal: AbortSignal.abort(reason) })).toBe(reason);
    const abort = new AbortController();
    answer = (_, response) => response.writeHead(200).write(body.subarray(0, 10));
    expect(await failure({ signal: abort.signal, onProgress: () => abort.abort(reason) })).toBe(reason);
    const fail = () => {
      throw reason;
    };
    expect(await failure({ onProgress: fail })).toBe(reason);
    expect(await readdir(join(folder, "cache"))).toEqual([]);
  });

  it("an option is unknown or wrong", async () => {
    expect(await failure({ timeout: 5 })).toBeInstanceOf(ArgumentError);
    await expect(download(published, server.address as never, path)).rejects.toThrow(
      /download: addresses: found "http.*", expected an array of at least one http or https address/,
    );
    for (const wrong of [[], ["ftp://127.0.0.1"], ["http://[bad"], [7], undefined]) {
      const failing = download(published, wrong as never, path);
      await expect(failing).rejects.toThrow(ArgumentError);
      await expect(failing).rejects.toThrow(/^download: addresses: found/);
    }
    for (const wrong of [undefined, null, {}, { ...published, bytes: -1 }]) {
      await expect(download(wrong as never, [server.address], path)).rejects.toThrow(
        /^download: published: found .*, expected a published file: { file, bytes, sha256 }/,
      );
    }
    await expect(download(published, [server.address], undefined as never)).rejects.toThrow(ArgumentError);
    expect(await failure({ timeoutMilliseconds: -1 })).toBeInstanceOf(ArgumentError);
  });
});

describe("several downloads at the same time", () => {
  /** In many small pieces, so that downloads that start at different times run side by side. */
  const sendSlowly: RequestListener = async (_, response) => {
    response.writeHead(200);
    for (let at = 0; at < body.length; at += 5000) {
      response.write(body.subarray(at, at + 5000));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    response.end();
  };

  it("all succeed in one process", async () => {
    answer = sendSlowly;
    const later = async (delay: number) => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      await get();
    };
    await Promise.all([0, 0, 10, 20, 30].map(later));
    await expectWhole();
  });

  it("all succeed in several processes", async () => {
    answer = sendSlowly;
    const source = new URL("../src/node/index.ts", import.meta.url);
    const program = `import { download } from "${source}"; await download(...JSON.parse(process.argv[1]));`;
    const args = ["--conditions=@evenkeel/source", "--input-type=module", "--eval", program];
    const ends = Array.from({ length: 3 }, async () => {
      const input = JSON.stringify([published, [server.address], path]);
      return (await once(spawn(process.execPath, [...args, input], { stdio: "inherit" }), "exit"))[0];
    });
    expect(await Promise.all(ends)).toEqual([0, 0, 0]);
    await expectWhole();
  });

  it("one that cannot finish accepts the complete file of another", async () => {
    answer = async (_, response) => {
      await mkdir(join(folder, "cache"));
      await writeFile(path, body);
      response.destroy();
    };
    await get();
    await expectWhole();
  });
});

describe("partial files", () => {
  beforeEach(() => mkdir(join(folder, "cache")));

  const ofProcess = (pid: number) =>
    basename(makeTemporaryPath(path)).replace(`-${process.pid}-`, `-${pid}-`);

  it("of killed processes are removed, and no others", async () => {
    answer = sendRest;
    const kept = ["notes.partial", ofProcess(process.ppid), `.elsewhere-1-${randomUUID()}.partial`];
    const removed = [ofProcess(2 ** 30), `.elsewhere-2-${randomUUID()}.partial`];
    for (const name of [...kept, ...removed]) await writeFile(join(folder, "cache", name), "part");
    await utimes(join(folder, "cache", removed[1]!), 0, 0);
    await get();
    expect((await readdir(join(folder, "cache"))).sort()).toEqual([...kept, "images.gz"].sort());
  });

  it("are never reached through a link", async () => {
    answer = sendRest;
    const victim = join(folder, "victim");
    await writeFile(victim, "precious");
    const link = join(folder, "cache", ofProcess(2 ** 30));
    await symlink(victim, `${path}.partial`);
    await symlink(victim, link);
    await symlink(victim, path);
    await get();
    expect(await readFile(victim, "utf8")).toBe("precious");
    expect((await lstat(path)).isFile()).toBe(true);
    await expect(lstat(link)).rejects.toThrow("ENOENT");
  });
});
