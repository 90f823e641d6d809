import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, OutOfMemoryError, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listBackends, runTask } from "../src/index.ts";
import { lineTask } from "./line-task.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-task-"));
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

/** Runs the program on the CPU; returns its exit code and its output. */
async function run(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
  const lines: string[] = [];
  const code = await runTask(lineTask, args, {
    backends: () => [listBackends({ backend: "cpu", threads: 1 })[1]],
    say: (line) => lines.push(line),
  });
  return { code, said: lines.join("\n") };
}

describe("a task", () => {
  it("leaves a finished run as it is if the networks of another cannot be made", async () => {
    const out = join(folder, "kept run");
    expect((await run("--out", out)).code).toBe(0);
    const unmakeable: typeof lineTask = {
      ...lineTask,
      makeModel: () => {
        throw new OutOfMemoryError("found too much");
      },
    };
    const surroundings = {
      backends: () => [listBackends({ backend: "cpu", threads: 1 })[1]],
      say: () => undefined,
    };
    await expect(runTask(unmakeable, ["--out", out], surroundings)).rejects.toThrow(
      new ArgumentError("the network batch cannot be made with these options: found too much"),
    );
    expect((await run("predict", out, "1")).said).toContain("Network: batch\ny = ");
  });

  it("trains, evaluates and predicts", async () => {
    const out = join(folder, "whole");
    expect(await run("train", "--out", out)).toMatchObject({
      code: 0,
      said: expect.stringContaining("Report:"),
    });
    expect((await readdir(out)).sort()).toEqual([
      "batch",
      "model.json",
      "none",
      "options.json",
      "report.html",
      "summary.json",
    ]);
    expect((await run("evaluate", out)).said).toMatch(/batch:\nslope 3, 64 points\n\nnone:\nslope 3/);
    expect((await run("evaluate", out, "--normalization", "none")).said).not.toContain("batch:");
    const [, y] = /y = (.*)/.exec((await run("predict", out, "0.4")).said)!;
    expect(Math.abs(Number(y) - 1.2)).toBeLessThan(0.4);
  });

  it("is quick on request, but not where an option says otherwise", async () => {
    const readEpochs = async (...args: string[]): Promise<number> => {
      const out = join(folder, args.join());
      await run("train", ...args, "--normalization", "batch", "--out", out);
      return JSON.parse(await readFile(join(out, "options.json"), "utf8")).options.epochs;
    };
    expect(await readEpochs()).toBe(4);
    expect(await readEpochs("--quick")).toBe(1);
    expect(await readEpochs("--quick", "--epochs", "2")).toBe(2);
  });

  it("trains each network at its own learning rate", async () => {
    const out = join(folder, "rates");
    const args = [
      "--learning-rate",
      "none=0.001, batch=1e-1",
      "--out",
      out,
      "--record",
      join(folder, "kept"),
    ];
    expect((await run(...args)).code).toBe(0);
    const { losses } = JSON.parse(await readFile(join(out, "summary.json"), "utf8"));
    expect(losses[0]).toBeLessThan(losses[1] / 2);
    const { command } = JSON.parse(await readFile(join(folder, "kept", "rising-none-1.json"), "utf8"));
    expect(command).toBe("pnpm example line train --learning-rate none=0.001,batch=0.1");
    expect((await run(...args.slice(0, 4), "--resume")).code).toBe(0);
  });

  it.each([
    "batch=0.1,layer=1",
    "batch=0.1,batch=0.2",
    "batch=0.1,none=0",
    "batch=0.1,none=0.1,none=0.1",
    "none=,batch=1",
  ])("refuses %s as learning rates", async (rates) => {
    await expect(run("--learning-rate", rates)).rejects.toThrow(
      `--learning-rate: found "${rates}", expected a positive number, or one for each network, such as batch=0.1,none=0.1`,
    );
  });

  it("needs a learning rate for each network that it trains, and for no other", async () => {
    await expect(run("--learning-rate", "batch=0.1")).rejects.toThrow(
      "--learning-rate: found batch=0.1, expected one for each network that is trained: none too",
    );
    const out = ["--out", join(folder, "one-rate")];
    const args = ["--learning-rate", "batch=0.1", "--normalization", "batch", "--epochs", "1"];
    expect((await run(...args, ...out)).code).toBe(0);
  });

  it("refuses an option that has no meaning with another one", async () => {
    await expect(run("--slope", "2", "--dataset", "synthetic")).rejects.toThrow(
      "--slope: found with --dataset synthetic, expected --dataset rising",
    );
  });

  it("records its figures, with the reference of the same name", async () => {
    const results = join(folder, "project", "results");
    const references = join(folder, "project", "reference", "results");
    await mkdir(references, { recursive: true });
    await writeFile(join(references, "rising-batch-7.json"), '{ "value": 0.25 }');
    const options = ["--seed", "7", "--epochs", "2"];
    expect((await run(...options, "--out", join(folder, "recorded"), "--record", results)).code).toBe(0);
    expect((await readdir(results)).sort()).toEqual(["rising-batch-7.json", "rising-none-7.json"]);
    const read = async (file: string) => JSON.parse(await readFile(join(results, file), "utf8"));
    expect(await read("rising-batch-7.json")).toMatchObject({
      task: "line",
      dataset: "rising",
      normalization: "batch",
      seed: 7,
      metric: "loss",
      reference: 0.25,
      literature: "0: the line is exact",
      minutes: 1 / 60,
      machine: expect.stringContaining("Node"),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      command: "pnpm example line train --epochs 2 --seed 7",
    });
    expect(await read("rising-none-7.json")).toMatchObject({ reference: null });
    await writeFile(join(references, "rising-batch-7.json"), "null");
    const damaged = await run(...options, "--out", join(folder, "recorded"), "--record", results);
    expect(damaged).toMatchObject({
      code: 1,
      said: expect.stringMatching(/rising-batch-7.json: found no number[\s\S]*--resume/),
    });
  });

  it("refuses what it cannot use, before it trains", async () => {
    const refused = async (message: string | RegExp, ...args: string[]): Promise<void> => {
      await expect(run(...args)).rejects.toThrow(ArgumentError);
      await expect(run(...args)).rejects.toThrow(message);
    };
    await refused("found test, expected train, evaluate or predict", "test");
    await refused("found nothing, expected the folder of a finished run", "evaluate");
    await refused("expected the folder of a finished run and a number", "predict", folder);
    await refused(/found --epochs, expected one of --normalization/, "evaluate", folder, "--epochs", "1");
    await refused("found no options.json, expected the folder of a run", "evaluate", join(folder, "absent"));
    await refused("found --quick, expected --resume alone", "--resume", "--quick");
    const out = join(folder, "one arm");
    await run("--normalization", "none", "--out", out);
    await refused(
      "found no finished training with --normalization batch",
      "predict",
      out,
      "1",
      "--normalization",
      "batch",
    );
    await writeFile(join(folder, "file"), "");
    const notThere = join(folder, "file", "deeper");
    await refused("--out: found a file at", "predict", out, "1", "--out", notThere);
    await refused("--record: found a file at", "--out", join(folder, "absent"), "--record", notThere);
    await refused("command line: found an empty argument", "predict", out, " ");
    await refused("command line: found an empty argument", "predict", "", "1");
    await rm(join(out, "model.json"));
    await refused("model.json: found no file", "predict", out, "1");
    expect(await readdir(folder)).not.toContain("absent");
  });
});
