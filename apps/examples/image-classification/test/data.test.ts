import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fashionMnist } from "@evenkeel/datasets";
import { parseCommand } from "@evenkeel/example-task";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadData } from "../src/data.ts";
import { imageClassification } from "../src/image-classification.ts";
import type { Options } from "../src/options.ts";
import { type Ending, runProgram } from "./program.ts";

let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-data-"));
});
afterEach(async () => {
  server?.close();
  server?.closeAllConnections();
  await rm(folder, { recursive: true });
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const train = ["--images", "200", "--batch-size", "40", "--model", "mlp", "--normalization", "batch"];

/** Trains for one epoch with an empty cache, where `origin` replaces the servers of the published sets. */
const run = (origin: string, env: NodeJS.ProcessEnv = {}): Promise<Ending> =>
  runProgram([...train, "--epochs", "1", "--out", "run"], {
    folder,
    preload: [new URL("redirect.ts", import.meta.url).pathname],
    env: { EVENKEEL_DATA: "", XDG_CACHE_HOME: join(folder, "cache"), TEST_ORIGIN: origin, ...env },
  });

describe("synthetic figures", () => {
  it("replace a set that cannot be reached, and all outputs say so", async () => {
    // Nothing listens at a port that was just released.
    const origin = await serve(() => {});
    await new Promise((resolve) => server!.close(resolve));
    const { code, output } = await run(origin);
    expect(code).toBe(0);
    const words = "synthetic data, made by the program: fashion-mnist is not on this machine";
    expect(output.match(new RegExp(`^Data: ${words}`, "gm"))).toHaveLength(2);
    expect(await readFile(join(folder, "run", "report.html"), "utf8")).toContain(words);
    const summary = JSON.parse(await readFile(join(folder, "run", "summary.json"), "utf8"));
    expect(summary).toMatchObject({ dataset: "synthetic", synthetic: true });
  });

  it.each<[string, RequestListener]>([
    ["fails", (_, response) => response.writeHead(503).end()],
    ["breaks off", (_, response) => response.writeHead(200).write("a part", () => response.destroy())],
    ["sends something else", (_, response) => response.end("<html>")],
  ])("do not replace a set whose download %s", async (_, answer) => {
    const { code, output } = await run(await serve(answer));
    expect(output).toMatch(/^(Backend: .*\n)DataError: .*could not be downloaded.*\n$/);
    expect(code).toBe(1);
    expect(await readdir(folder)).not.toContain("run");
  });

  it("do not replace damaged files", async () => {
    const data = join(folder, "data", fashionMnist.folder);
    await mkdir(data, { recursive: true });
    const { train: images, test } = fashionMnist;
    for (const { file } of [images.images, images.labels, test.images, test.labels]) {
      await writeFile(join(data, file), "damaged");
    }
    const { code, output } = await run("http://127.0.0.1:1", { EVENKEEL_DATA: join(folder, "data") });
    expect(output).toMatch(/DataError: .*train-images/);
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(["data"]);
  });

  it("are still used by a resumed run, even if the published set is available again", async () => {
    const options = parseCommand(imageClassification, ["--images", "300"])!.options as Options;
    const startedWith = { name: "synthetic", insteadOf: "fashion-mnist" } as const;
    const data = await loadData(options, {
      startedWith,
      say: () => undefined,
      signal: new AbortController().signal,
    });
    expect(data).toMatchObject(startedWith);
    expect(data.train.labels.length).toBe(300);
  });
});
