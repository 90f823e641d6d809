import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { syntheticCells } from "@evenkeel/datasets";
import { decodeImage } from "@evenkeel/datasets/images";
import { listBackends, runTask } from "@evenkeel/example-task";
import { encodePicture } from "@evenkeel/report";
import { setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectDetection } from "../src/object-detection.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-detection-"));
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

const small = ["--dataset", "synthetic", "--images", "8", "--batch-size", "4", "--epochs", "2"];
const oneArm = ["--normalization", "batch"];

/** Runs the program on the CPU; returns its exit code and its output. */
async function run(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
  const lines: string[] = [];
  const code = await runTask(objectDetection, args, {
    backends: () => [listBackends({ backend: "cpu", threads: 1 })[1]],
    say: (line) => lines.push(line),
  });
  return { code, said: lines.join("\n") };
}

/** Runs the program as a user does, and interrupts it once its output contains a text. */
function interruptAt(text: string, args: readonly string[]): Promise<number | null> {
  const program = new URL("../src/main.ts", import.meta.url).pathname;
  const options = ["--conditions=@evenkeel/source", program, ...args];
  const child = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let isInterrupted = false;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    // A second signal ends the program at once.
    if (!isInterrupted && output.includes(text)) isInterrupted = child.kill("SIGINT");
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
}

const readArm = async (out: string) => {
  const { result } = JSON.parse(await readFile(join(out, "batch", "result.json"), "utf8"));
  const weights = await readFile(join(out, "batch", "model.safetensors"));
  return { result: { ...result, trainingSeconds: 0, processorSeconds: 0 }, weights };
};

describe("object detection", () => {
  it("trains, evaluates, and finds cells in a picture", async () => {
    const out = join(folder, "both");
    const record = join(folder, "results");
    const trained = await run("train", ...small, "--out", out, "--record", record);
    expect(trained).toMatchObject({ code: 0, said: expect.stringContaining("Report:") });
    expect(trained.said).toContain("Data: synthetic data, made by the program, 8 test pictures");
    const page = await readFile(join(out, "report.html"), "utf8");
    for (const text of ["mAP at 0.5", "Pictures with the most mistakes", "precision over recall"]) {
      expect(page).toContain(text);
    }
    const { arms } = JSON.parse(await readFile(join(out, "summary.json"), "utf8"));
    expect(arms.map(({ normalization }: { normalization: string }) => normalization)).toEqual([
      "batch",
      "none",
    ]);
    const figure = JSON.parse(await readFile(join(record, "synthetic-batch-1.json"), "utf8"));
    expect(figure).toMatchObject({ task: "object-detection", value: arms[0].score, reference: null });

    const { said } = await run("evaluate", out, "--normalization", "batch");
    expect(said).toContain(`mAP at 0.5`);
    expect(said).toContain(arms[0].score.toFixed(3));

    const { image } = await syntheticCells({ count: 1, seed: 9, part: "test", size: [90, 130] }).get(0);
    const file = join(folder, "cells.png");
    await writeFile(file, encodePicture({ data: image.data, shape: image.shape }));
    const drawn = join(folder, "drawn");
    expect((await run("predict", out, file, "--out", drawn)).said).toContain("drawn: ");
    expect((await readdir(drawn)).sort()).toEqual(["cells-boxes.png", "prediction.html"]);
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    await copyFile(file, join(elsewhere, "cells.png"));
    await run("predict", out, file, join(elsewhere, "cells.png"), "--out", drawn);
    expect((await readdir(drawn)).sort()).toEqual([
      "cells-2-boxes.png",
      "cells-boxes.png",
      "prediction.html",
    ]);
    const notes = join(folder, "cells.txt");
    await writeFile(notes, "not a picture");
    const untouched = join(folder, "untouched");
    await expect(run("predict", out, file, notes, "--out", untouched)).rejects.toThrow(
      /the picture .*cells\.txt/,
    );
    expect(await readdir(folder)).not.toContain("untouched");
    const png = await decodeImage(await readFile(join(drawn, "cells-boxes.png")), { channels: 3 });
    expect(png.shape).toEqual([3, 90, 130]);
  });

  it("continues after an interruption and gives the same result", async () => {
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    await run("train", ...small, ...oneArm, "--out", whole);
    const args = ["train", ...small, ...oneArm, "--backend", "cpu", "--threads", "1", "--out", broken];
    expect(await interruptAt("epoch 1/2", args)).toBe(130);
    expect((await run("train", "--resume", "--out", broken)).code).toBe(0);
    const [one, other] = [await readArm(whole), await readArm(broken)];
    expect(other.weights.equals(one.weights)).toBe(true);
    expect(other.result).toEqual(one.result);
  });

  it("refuses pictures that it cannot read, and batches of more than all pictures", async () => {
    const file = join(folder, "notes.png");
    await writeFile(file, "not a picture");
    const out = join(folder, "whole");
    await expect(run("predict", out, file)).rejects.toThrow(/the picture .*notes\.png/);
    await expect(run("predict", out, join(folder, "none.png"))).rejects.toThrow("could not be read");
    await expect(run("train", ...small, "--batch-size", "9", "--out", join(folder, "large"))).rejects.toThrow(
      "--batch-size",
    );
  });
});
