import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listBackends, runTask } from "@evenkeel/example-task";
import { ArgumentError, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textClassification } from "../src/text-classification.ts";
import type { ArmResult } from "../src/training/results.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-texts-"));
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

/** Runs the program on the CPU, and interrupts it at a text of its progress; returns its exit code and its output. */
async function run(args: readonly string[], interruptAt?: (line: string) => boolean) {
  const lines: string[] = [];
  let isInterrupted = false;
  const { write } = process.stderr;
  process.stderr.write = (chunk) => {
    if (!isInterrupted && interruptAt?.(String(chunk))) {
      isInterrupted = true;
      process.emit("SIGINT", "SIGINT");
    }
    return true;
  };
  try {
    const code = await runTask(textClassification, args, {
      backends: () => [listBackends({ backend: "cpu", threads: 1 })[1]],
      say: (line) => lines.push(line),
    });
    return { code, said: lines.join("\n") };
  } finally {
    process.stderr.write = write;
  }
}

const small = ["--dataset", "synthetic", "--texts", "300", "--batch-size", "30"];
const words = [
  ...small,
  "--embedding-size",
  "12",
  "--channels",
  "8",
  "--epochs",
  "6",
  "--learning-rate",
  "0.03",
  "--embedding-dropout",
  "0",
];
const read = (name: string, file: string) => readFile(join(folder, name, file));
const readResult = async (name: string, arm: string): Promise<ArmResult> =>
  JSON.parse((await read(name, `${arm}/result.json`)).toString()).result;

/** Without what depends on the clock. */
const untimed = ({ folds, ...result }: ArmResult) => ({
  ...result,
  trainingSeconds: 0,
  folds: folds.map((fold) => ({ ...fold, seconds: 0 })),
});

describe("the program", () => {
  it("trains on synthetic questions until it knows their kinds, evaluates and predicts", async () => {
    const out = join(folder, "whole");
    const { code, said } = await run([...words, "--out", out]);
    expect(code).toBe(0);
    expect(said).toContain("Data: synthetic data, made by the program");
    const { arms } = JSON.parse((await read("whole", "summary.json")).toString());
    for (const { accuracy } of arms) expect(accuracy).toBeGreaterThan(0.9);
    expect((await run(["evaluate", out, "--normalization", "batch"])).said).toContain(
      `test accuracy ${(100 * arms[0].accuracy).toFixed(2)} % of 500 texts`,
    );
    // A text without any letters is refused by now: there is nothing to classify.
    const predicted = await run(["predict", out, "Where would one find the museum?", "?"]);
    expect(predicted.said).toMatch(/museum\?:\n +\d+\.\d\d % {2}place\n/);
    expect(predicted.said).toMatch(
      /carried by \(points of place that are lost without the word\): .*(find|one|would|where) \+/,
    );
    expect((await read("whole", "prediction.html")).toString()).toContain("museum");
    const long = "where ".repeat(1001);
    await expect(run(["predict", out, "short", long, "--out", join(folder, "long")])).rejects.toThrow(
      new ArgumentError("text 2: found 1001 words, expected at most 1000"),
    );
    const report = (await read("whole", "report.html")).toString();
    for (const text of ["With masked batch norm", "Confusion matrices", "Worst mistakes without batch norm"])
      expect(report).toContain(text);
  });

  it("cross-validates, and continues after an interruption within a part with the same result", async () => {
    const args = [...words, "--folds", "3", "--held-out", "0.1", "--normalization", "batch-unmasked"];
    const whole = await run([...args, "--out", join(folder, "folds")]);
    expect(whole.code).toBe(0);
    const expected = await readResult("folds", "batch-unmasked");
    expect(expected.folds).toHaveLength(3);
    for (const fold of ["fold 2 of 3", "fold 3 of 3"]) {
      const name = `broken ${fold}`;
      const broken = await run([...args, "--out", join(folder, name)], (line) =>
        line.includes(`${fold}  epoch 3/6`),
      );
      expect(broken).toMatchObject({ code: 130, said: expect.stringContaining("--resume --out") });
      expect((await run(["--resume", "--out", join(folder, name)])).code).toBe(0);
      expect(untimed(await readResult(name, "batch-unmasked"))).toEqual(untimed(expected));
      const [one, other] = [
        await read(name, "batch-unmasked/model.safetensors"),
        await read("folds", "batch-unmasked/model.safetensors"),
      ];
      expect(one.equals(other)).toBe(true);
    }
    expect((await run(["evaluate", join(folder, "folds")])).said).toContain(
      "the network of the last of 3 folds",
    );
  });

  it("classifies characters", async () => {
    const out = join(folder, "characters");
    const args = [
      ...small,
      "--model",
      "characters",
      "--channels",
      "4",
      "--epochs",
      "1",
      "--normalization",
      "batch",
    ];
    expect((await run([...args, "--out", out])).code).toBe(0);
    expect((await run(["predict", out, "who was it"])).said).toContain("who was it:");
  });

  it.each([
    [["--model", "characters", "--word-dropout", "0.1"], "--word-dropout: found with --model characters"],
    [["--dataset", "sst2", "--held-out", "0.1"], "--held-out: found with --dataset sst2"],
  ])("refuses %j", async (args, message) => {
    await expect(run(args)).rejects.toThrow(message);
  });

  it("refuses a batch of more than all texts", async () => {
    const args = [
      ...small.slice(0, 2),
      "--texts",
      "20",
      "--batch-size",
      "30",
      "--out",
      join(folder, "large"),
    ];
    await expect(run(args)).rejects.toThrow(ArgumentError);
    await expect(run(args)).rejects.toThrow("--batch-size: found 30, expected at most the 20 training texts");
  });
});
