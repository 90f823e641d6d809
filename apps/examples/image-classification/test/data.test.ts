import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  centerCrop,
  compose,
  fashionMnist,
  imageNetStatistics,
  type Picture,
  resizeTo,
} from "@evenkeel/datasets";
import { parseCommand } from "@evenkeel/example-task";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadData } from "../src/data.ts";
import { imageClassification } from "../src/image-classification.ts";
import { makeEvaluationCrop, readImageFile } from "../src/images/image-file.ts";
import prepareImage from "../src/images/prepare-image.ts";
import type { Options } from "../src/options.ts";
import { drawPicture, pictureClasses, writePictures } from "./picture-folder.ts";
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

// Three programs, one after another, take minutes on a busy machine.
describe("a folder of images", { timeout: 300_000 }, () => {
  const ofFolder = ["--dataset", "folder", "--folder", "pictures", "--size", "32", "--epochs", "1"];

  const load = (...args: readonly string[]): ReturnType<typeof loadData> => {
    const { options } = parseCommand(imageClassification, ["--dataset", "folder", ...args])!;
    const session = { startedWith: undefined, say: () => undefined, signal: new AbortController().signal };
    return loadData(options as Options, session);
  };

  it("trains ResNet-50 by the recipe of ImageNet, evaluates it and predicts with it", async () => {
    await writePictures(join(folder, "pictures"), { train: 10, val: 4 });
    // The learning rate is that of 256 images for 8.
    const recipe = ["--model", "resnet50", "--augment", "crop-flip", "--warm-up", "1", "--batch-size", "8"];
    const rates = ["--learning-rate", "0.003125", "--weight-decay", "1e-4", "--label-smoothing", "0.1"];
    const more = [...rates, "--normalization", "batch", "--out", "run"];
    const trained = await runProgram([...ofFolder, ...recipe, ...more], { folder });
    expect(trained.output).toContain("pictures: 27 training images, 3 held out, 12 for the test, 3 classes");
    expect(trained.code).toBe(0);
    const summary = JSON.parse(await readFile(join(folder, "run", "summary.json"), "utf8"));
    expect(summary).toMatchObject({ dataset: "folder", synthetic: false, arms: [{ epochs: 1 }] });
    const { result } = JSON.parse(await readFile(join(folder, "run", "batch", "result.json"), "utf8"));
    expect(result.confusion.map((row: number[]) => row.reduce((sum, count) => sum + count))).toEqual([
      4, 4, 4,
    ]);
    expect(result.losses).toHaveLength(3);
    // After the last of three steps, too few for evaluations between them.
    expect(result.heldOutAccuracy).toEqual([[3, result.finalHeldOutAccuracy]]);
    const { testAccuracy } = result;
    const evaluated = await runProgram(["evaluate", "run"], { folder });
    expect(evaluated.output).toContain(`batch:\ntest accuracy ${(100 * testAccuracy).toFixed(2)} %`);
    const predicted = await runProgram(["predict", "run", join("pictures", "val", "red", "0.png")], {
      folder,
    });
    const lines = predicted.output.matchAll(/^ +[\d.]+ % {2}(\w+)$/gm);
    expect([...lines].map(([, name]) => name).sort()).toEqual(pictureClasses);
    expect(predicted.code).toBe(0);
  });

  it("is divided by classes, and its pictures are cut out as published for evaluation", async () => {
    await writePictures(folder, { train: 20, val: 2 });
    const data = await load("--folder", folder, "--size", "28", "--batch-size", "8");
    const count = ({ labels }: { readonly labels: ArrayLike<number> }): number[] =>
      pictureClasses.map((_, label) => Array.from(labels).filter((found) => found === label).length);
    expect([data.train, data.heldOut, data.test].map(count)).toEqual([
      [18, 18, 18],
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(data).toMatchObject({ imageShape: [3, 28, 28], statistics: imageNetStatistics, shorterSide: 32 });
    expect(makeEvaluationCrop(224)).toEqual({ size: 224, shorterSide: 256 });
    const path = join(folder, "val", "blue", "1.png");
    const original = { image: await readImageFile(path, 3) };
    const { image } = compose(resizeTo(32), centerCrop(28)).apply(original, null as never);
    expect(await data.test.readPicture(1)).toEqual(image);
    const request = { path, label: 0, crop: { size: 28, shorterSide: 32 }, statistics: imageNetStatistics };
    const { inputs, labels } = await prepareImage(request);
    expect(labels).toBe(0);
    const [mean, deviation] = [imageNetStatistics.mean[2]!, imageNetStatistics.deviation[2]!];
    expect(inputs.data.at(-1)).toBeCloseTo((image.data.at(-1)! / 255 - mean) / deviation, 5);
  });

  it("gives other pictures in each epoch, which depend on the seed, the epoch and the index alone", async () => {
    const path = join(folder, "a.png");
    await writeFile(path, drawPicture("red", 1));
    const prepare = async (
      seed: number,
      epoch: number,
      index: number,
    ): Promise<Picture["shape"] | number[]> => {
      const augmented = { seed, epoch, index };
      const crop = makeEvaluationCrop(16);
      const { inputs } = await prepareImage({
        path,
        label: 1,
        crop,
        statistics: imageNetStatistics,
        augmented,
      });
      expect(inputs.shape).toEqual([3, 16, 16]);
      return [...inputs.data];
    };
    const first = await prepare(1, 0, 5);
    expect(await prepare(1, 0, 5)).toEqual(first);
    for (const other of [prepare(2, 0, 5), prepare(1, 1, 5), prepare(1, 0, 6)]) {
      expect(await other).not.toEqual(first);
    }
  });

  it("is refused, with the folder and the class, if its parts do not have the same classes", async () => {
    await writePictures(folder, { train: 2, val: 1 });
    const refused = async (message: string): Promise<void> =>
      expect(load("--folder", folder, "--batch-size", "2")).rejects.toThrow(
        expect.objectContaining({ name: "ArgumentError", message: expect.stringContaining(message) }),
      );
    await mkdir(join(folder, "val", "pink"));
    await refused(
      `--folder: ${join(folder, "val")}: found the folder pink, expected only classes: blue, green, red`,
    );
    await rm(join(folder, "val", "pink"), { recursive: true });
    await rm(join(folder, "val", "green", "0.png"));
    await refused(`--folder: ${join(folder, "val", "green")}: found no images`);
    await rm(join(folder, "val", "green"), { recursive: true });
    await refused(
      `--folder: ${join(folder, "val")}: found no folder green, expected one for each class of train`,
    );
    await rm(join(folder, "val"), { recursive: true });
    await refused(`--folder: ${join(folder, "val")}: could not be read`);
  });

  it("is refused without a path, with another data set, and with too large a batch", async () => {
    await writePictures(folder, { train: 4, val: 1 });
    await expect(load()).rejects.toThrow("--folder: found none, expected the folder of the images");
    await expect(load("--folder", folder)).rejects.toThrow(
      "--batch-size: found 128, expected at most the 11 training images",
    );
    const options = parseCommand(imageClassification, ["--folder", folder])!.options as Options;
    const session = { startedWith: undefined, say: () => undefined, signal: new AbortController().signal };
    await expect(loadData(options, session)).rejects.toThrow(
      `--folder: found ${folder} for --dataset fashion-mnist, expected --dataset folder`,
    );
  });

  it("names a damaged file, and does not take it for a damaged checkpoint when it is resumed", async () => {
    await writePictures(join(folder, "pictures"), { train: 4, val: 1 });
    const damaged = join(folder, "pictures", "val", "green", "0.png");
    await truncate(damaged, 50);
    const args = [
      ...ofFolder,
      "--model",
      "mlp",
      "--batch-size",
      "4",
      "--normalization",
      "batch",
      "--out",
      "run",
    ];
    const failed = await runProgram(args, { folder });
    expect(failed.output).toContain(damaged);
    expect(failed.output).toContain("--resume --out");
    expect(failed.code).toBe(1);
    const resumed = await runProgram(["--resume", "--out", "run"], { folder });
    expect(resumed.output).toContain(`\n${damaged}: `);
    expect(resumed.code).toBe(1);
  });
});
