import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArmResult } from "../src/results.ts";

const main = new URL("../src/main.ts", import.meta.url).pathname;
const small = [
  "--dataset",
  "synthetic",
  "--images",
  "1200",
  "--epochs",
  "2",
  "--batch-size",
  "40",
  "--model",
  "mlp",
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-run-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program as its user does; `interruptAt` presses Ctrl-C when its output shows that text. */
function run(
  args: readonly string[],
  interruptAt?: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["--conditions=@evenkeel/source", main, ...args], { cwd: folder });
  let output = "";
  let wantsInterrupt = interruptAt !== undefined;
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    if (!wantsInterrupt || !output.includes(interruptAt!)) return;
    wantsInterrupt = false;
    child.kill("SIGINT");
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

const resultOf = async (name: string, arm: string): Promise<ArmResult> =>
  JSON.parse(await readFile(join(folder, name, arm, "result.json"), "utf8"));

describe("the program", () => {
  it("goes on after an interruption with the same result", async () => {
    const whole = await run([...small, "--out", "whole"]);
    expect(whole.output).toContain("Report:");
    expect(whole.code).toBe(0);
    const interrupted = await run([...small, "--out", "broken"], "epoch 2/2");
    expect(interrupted.output).toContain("--resume --out");
    expect(interrupted.code).toBe(130);
    const resumed = await run(["--resume", "--out", "broken"]);
    expect(resumed.code).toBe(0);
    for (const arm of ["batch", "none"]) {
      const weights = (name: string) => readFile(join(folder, name, arm, "model.safetensors"));
      expect((await weights("broken")).equals(await weights("whole"))).toBe(true);
      const timed = { imagesPerSecond: 0, trainingSeconds: 0 };
      expect({ ...(await resultOf("broken", arm)), ...timed }).toEqual({
        ...(await resultOf("whole", arm)),
        ...timed,
      });
    }
  });

  it("does not take the results of an earlier run in its folder for its own", async () => {
    const quick = ["--dataset", "synthetic", "--images", "200", "--model", "mlp", "--batch-size", "40"];
    const train = [...quick, "--normalization", "batch", "--out", "again"];
    expect((await run([...train, "--epochs", "1"])).code).toBe(0);
    expect((await run([...train, "--epochs", "8"], "epoch 2/8")).code).toBe(130);
    expect((await run(["--resume", "--out", "again"])).code).toBe(0);
    expect((await resultOf("again", "batch")).epochs).toBe(8);
  });

  it("says what is wrong and exits with 2", async () => {
    const unknown = await run(["--epoch", "3"]);
    expect(unknown).toMatchObject({ code: 2, output: expect.stringMatching(/ArgumentError.*--epoch/s) });
    const nothing = await run(["--resume", "--out", "nowhere"]);
    expect(nothing).toMatchObject({
      code: 2,
      output: expect.stringMatching(/found no options.json in .*nowhere/),
    });
    const few = await run(["--dataset", "synthetic", "--images", "20", "--out", "few"]);
    expect(few).toMatchObject({
      code: 2,
      output: expect.stringMatching(/--batch-size: found 128, expected at most the 20 training images/),
    });
  });
});
