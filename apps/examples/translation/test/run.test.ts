import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listBackends, runTask } from "@evenkeel/example-task";
import { ArgumentError, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArmResult } from "../src/arm-result.ts";
import type { Options } from "../src/options.ts";
import { describeFindings } from "../src/report/findings.ts";
import { translation } from "../src/translation.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-translation-"));
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

/** Runs the program on the CPU, and interrupts it at a text of its progress; returns its exit code and its output. */
async function run(args: readonly string[], interruptAt?: string) {
  const lines: string[] = [];
  let isInterrupted = false;
  const { write } = process.stderr;
  process.stderr.write = (chunk) => {
    if (interruptAt !== undefined && !isInterrupted && String(chunk).includes(interruptAt)) {
      isInterrupted = true;
      process.emit("SIGINT", "SIGINT");
    }
    return true;
  };
  try {
    const code = await runTask(translation, args, {
      backends: () => [listBackends({ backend: "cpu", threads: 1 })[1]],
      say: (line) => lines.push(line),
    });
    return { code, said: lines.join("\n") };
  } finally {
    process.stderr.write = write;
  }
}

const sizes = { pairs: 500, vocabulary: 460, width: 32, "encoder-layers": 1, "decoder-layers": 1 };
const training = { "batch-tokens": 200, "learning-rate": 0.015, dropout: 0, beams: 2 };
const small = Object.entries({ dataset: "synthetic", ...sizes, ...training }).flatMap(([flag, value]) => [
  `--${flag}`,
  String(value),
]);
const read = (name: string, file: string) => readFile(join(folder, name, file));
const readResult = async (name: string, arm: string): Promise<ArmResult> =>
  JSON.parse((await read(name, `${arm}/result.json`)).toString()).result;

/** Without what depends on the clock. */
const untimed = (result: ArmResult) => ({ ...result, trainingSeconds: 0, processorSeconds: 0 });

describe("the program", () => {
  it("trains both translators until they know some words, evaluates and predicts", async () => {
    const out = join(folder, "whole");
    const figures = join(folder, "figures");
    const { code, said } = await run([...small, "--epochs", "4", "--out", out, "--record", figures]);
    expect(code).toBe(0);
    expect(said).toContain("Data: synthetic data, made by the program, 60 test sentences");
    const { arms } = JSON.parse((await read("whole", "summary.json")).toString());
    expect(arms.map(({ normalization }: ArmResult) => normalization)).toEqual(["batch", "layer"]);
    for (const { testChrF, testBleu, testBleuInterval, validationPerplexity } of arms) {
      expect(testChrF).toBeGreaterThan(40);
      expect(testBleu).toBeGreaterThan(5);
      expect(testBleuInterval[0]).toBeLessThan(testBleu);
      expect(testBleuInterval[1]).toBeGreaterThan(testBleu);
      expect(validationPerplexity).toBeLessThan(5);
    }
    const evaluated = (await run(["evaluate", out, "--normalization", "batch"])).said;
    expect(evaluated).toContain(`2 beams: BLEU ${arms[0].testBleu.toFixed(1)} (95 %: `);
    const predicted = await run(["predict", out, "Today a red dog sees a cat.", "A man paints."]);
    expect(predicted.said).toMatch(/sees a cat\.\n +-\d\.\d{3} {2}.+\n +-\d\.\d{3} {2}.+\nA man paints\.\n/);
    expect((await read("whole", "attention.svg")).toString()).toMatch(/^<svg/);
    expect((await read("whole", "attention-2.svg")).toString()).toMatch(/^<svg/);
    expect((await read("whole", "prediction.html")).toString()).toContain("Today a red dog sees a cat.");
    const report = (await read("whole", "report.html")).toString();
    for (const text of [
      "BLEU by the length of the source",
      "Worst translations with batch norm",
      "with layer norm",
    ])
      expect(report).toContain(text);
    const figure = JSON.parse(
      (await readFile(join(figures, "synthetic-transformer-batch-1.json"))).toString(),
    );
    expect(figure).toMatchObject({ task: "translation", normalization: "batch", value: arms[0].testBleu });
  });

  it("continues after an interruption with the same result", async () => {
    const args = [...small, "--epochs", "2", "--settling", "1", "--normalization", "batch"];
    args[args.indexOf("--pairs") + 1] = "150";
    expect((await run([...args, "--out", join(folder, "one")])).code).toBe(0);
    const out = ["--out", join(folder, "two")];
    const interrupted = { code: 130, said: expect.stringContaining("--resume --out") };
    expect(await run([...args, ...out], "epoch 2/3")).toMatchObject(interrupted);
    expect(await run(["--resume", ...out], "epoch 3/3")).toMatchObject(interrupted);
    expect((await run(["--resume", ...out])).code).toBe(0);
    expect(untimed(await readResult("two", "batch"))).toEqual(untimed(await readResult("one", "batch")));
    const weights = await read("two", "batch/model.safetensors");
    expect(weights.equals(await read("one", "batch/model.safetensors"))).toBe(true);
  });

  it("trains a convolutional translator", async () => {
    const out = join(folder, "convolutional");
    const args = [...small, "--model", "convolutional", "--epochs", "1", "--normalization", "batch"];
    expect((await run([...args, "--out", out])).code).toBe(0);
    expect((await run(["predict", out, "A dog sees a cat."])).said).toContain("attention.svg");
    const long = join(folder, "long");
    await expect(
      run(["predict", out, "A dog.", "A dog sees a cat. ".repeat(100), "--out", long]),
    ).rejects.toThrow(/sentence 2: found \d+ tokens, expected at most 300: translate its parts/);
    expect(await readdir(folder)).not.toContain("long");
  });

  it("says that a training diverged", async () => {
    const result = await readResult("convolutional", "batch");
    const diverged = { ...result, validationPerplexity: [[1, Number.POSITIVE_INFINITY]] as const };
    const options = { seed: 1, beams: 2 } as Options;
    const describe = (arm: ArmResult) => describeFindings({ arms: [arm], options }, { targets: [] });
    expect(describe(diverged)).toContain("The training with batch norm diverged.");
    expect(describe(result).join()).not.toContain("diverged");
  });

  it("refuses a width that the heads do not divide", async () => {
    await expect(run(["--width", "9"])).rejects.toThrow(
      '--width: found "9", expected a multiple of 4 of at least 8',
    );
  });

  it("refuses a vocabulary without room for all bytes", async () => {
    await expect(run([...small, "--vocabulary", "20", "--out", join(folder, "few")])).rejects.toThrow(
      ArgumentError,
    );
  });
});
