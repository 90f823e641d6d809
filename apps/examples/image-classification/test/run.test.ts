import { cp, mkdtemp, readdir, readFile, readlink, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArmResult } from "../src/training/arm-result.ts";
import { type Child, type Ending, runProgram } from "./program.ts";

const small = ["--dataset", "synthetic", "--images", "1200", "--batch-size", "40", "--model", "mlp"];
const quick = ["--dataset", "synthetic", "--images", "200", "--batch-size", "40", "--model", "mlp"];
const oneArm = ["--normalization", "batch"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-run-"));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (args: readonly string[], at?: readonly [string, (child: Child) => void]): Promise<Ending> =>
  runProgram(args, { folder, at });

const readResult = async (name: string, arm: string): Promise<ArmResult> =>
  JSON.parse(await readFile(join(folder, name, arm, "result.json"), "utf8")).result;

const readWeights = (name: string, arm: string) => readFile(join(folder, name, arm, "model.safetensors"));

describe("the program", () => {
  it("continues after an interruption and gives the same result", async () => {
    const whole = await run([...small, "--epochs", "2", "--out", "whole"]);
    expect(whole.output).toContain("Report:");
    expect(whole.code).toBe(0);
    const interrupted = await run(
      [...small, "--epochs", "2", "--out", "broken"],
      ["epoch 2/2", (child) => child.kill("SIGINT")],
    );
    expect(interrupted.output).toContain("--resume --out");
    expect(interrupted.code).toBe(130);
    const resumed = await run(["--resume", "--out", "broken"]);
    expect(resumed.code).toBe(0);
    for (const arm of ["batch", "none"]) {
      expect((await readResult("whole", arm)).losses).toHaveLength(60);
      expect((await readWeights("broken", arm)).equals(await readWeights("whole", arm))).toBe(true);
      const timed = { imagesPerSecond: 0, trainingSeconds: 0 };
      expect({ ...(await readResult("broken", arm)), ...timed }).toEqual({
        ...(await readResult("whole", arm)),
        ...timed,
      });
    }
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("saves at %s too, and refuses the checkpoint when it is damaged", async (signal, code) => {
    const end = (child: Child): void => {
      // Signals in quick succession, as from a terminal and from npm, count as one request.
      child.kill(signal);
      setTimeout(() => child.kill(signal), 20);
    };
    const ended = await run([...quick, ...oneArm, "--epochs", "200", "--out", signal], ["epoch 2/200", end]);
    expect(ended).toMatchObject({ code, output: expect.stringContaining(`interrupted by ${signal}`) });
    expect((await readdir(join(folder, signal))).sort()).toEqual(["batch", "model.json", "options.json"]);
    const checkpoint = join(folder, signal, "batch", "checkpoint.safetensors");
    await truncate(checkpoint, (await stat(checkpoint)).size >> 1);
    const refused = await run(["--resume", "--out", signal]);
    expect(refused.output).toMatch(
      /^Backend: .*\nArgumentError: --resume: .*batch: the checkpoint .*truncated.*\n$/,
    );
    expect(refused.code).toBe(2);
  });

  it("reports a training that diverges as a result", async () => {
    const args = [...quick, "--learning-rate", "1e8", "--epochs", "3", "--out", "diverged"];
    expect((await run(args)).code).toBe(0);
    expect(await readFile(join(folder, "diverged", "report.html"), "utf8")).toContain(
      "Without batch norm the training diverged.",
    );
    expect((await run(["--resume", "--out", "diverged"])).code).toBe(0);
  });

  it("continues if nobody reads its output any more", async () => {
    const close = ({ stdout, stderr }: Child): void => {
      stdout!.destroy();
      stderr!.destroy();
    };
    const args = [...quick, ...oneArm, "--epochs", "4", "--out", "unread"];
    expect((await run(args, ["epoch 1/4", close])).code).toBe(0);
    expect((await readResult("unread", "batch")).epochs).toBe(4);
  });

  it("ignores the results of an earlier run in its folder", async () => {
    const train = [...quick, ...oneArm, "--out", "again"];
    expect((await run([...train, "--epochs", "1"])).code).toBe(0);
    const interrupted = await run(
      [...train, "--epochs", "100"],
      ["epoch 2/100", (child) => child.kill("SIGINT")],
    );
    expect(interrupted.code).toBe(130);
    expect((await readdir(join(folder, "again"))).sort()).toEqual(["batch", "model.json", "options.json"]);
    expect((await run(["--resume", "--out", "again"])).code).toBe(0);
    expect((await readResult("again", "batch")).epochs).toBe(100);
  });

  it("refuses a folder that another run is using", async () => {
    const args = [...quick, ...oneArm, "--epochs", "200", "--out", "shared"];
    let second: Promise<Ending> | undefined;
    const first = await run(args, [
      "epoch 1/200",
      (child) => {
        second = run(args).finally(() => child.kill("SIGTERM"));
      },
    ]);
    expect(first.code).toBe(143);
    expect(await second).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^ArgumentError: .*in use/),
    });
  });

  it("rejects files that are damaged or of another run, and changes nothing", async () => {
    for (const [seed, name] of ["mine", "other"].entries()) {
      const args = [...quick, ...oneArm, "--epochs", "1", "--seed", String(seed), "--out", name];
      expect((await run(args)).code).toBe(0);
    }
    const before = await readlink(join(folder, "latest"));
    const files = ["batch/result.json", "batch/measurements.json", "batch/model.safetensors", "options.json"];
    for (const file of files) {
      await cp(join(folder, "mine"), join(folder, "copy"), { recursive: true });
      const bytes = await readFile(join(folder, "copy", file));
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(join(folder, "copy", file), bytes);
      const refused = await run(["--resume", "--out", "copy"]);
      expect(refused, file).toMatchObject({
        code: 2,
        output: expect.stringMatching(/^ArgumentError: --resume: .*\n$/),
      });
      expect(await readFile(join(folder, "copy", file))).toEqual(bytes);
      await cp(join(folder, "other", file), join(folder, "copy", file));
      const foreign = await run(["--resume", "--out", "copy"]);
      expect(foreign, file).toMatchObject({
        code: 2,
        output: expect.stringMatching(/^ArgumentError: --resume: .*\n$/),
      });
      await rm(join(folder, "copy"), { recursive: true });
    }
    expect(await readlink(join(folder, "latest"))).toBe(before);
  });

  it("refuses impossible options in one line, exits with 2, and writes nothing", async () => {
    await writeFile(join(folder, "file"), "");
    const before = await readdir(folder);
    const refused = async (args: readonly string[], message: string): Promise<void> => {
      const { code, output } = await run(args);
      expect(output).toMatch(/^(Backend: .*\n)?ArgumentError: .*\n$/);
      expect(output).toContain(message);
      expect(code).toBe(2);
    };
    await refused(["--epoch", "3"], "found --epoch, expected one of --dataset");
    await refused(["--epochs", "-1"], '--epochs: found "-1", expected a whole number of at least 1');
    await refused(["--resume", "--out", "nowhere"], "--resume: found no nowhere");
    await refused([...quick, "--out", "file/below"], "--out: found a file");
    if (process.platform === "linux") await refused([...quick, "--out", "/proc/x"], "--out: /proc/x");
    await refused(
      ["--dataset", "synthetic", "--images", "20", "--out", "few"],
      "--batch-size: found 128, expected at most the 20 training images",
    );
    expect(await readdir(folder)).toEqual(before);
  });

  it("evaluates and predicts with the networks of a finished run", async () => {
    const convolutional = quick.map((word) => (word === "mlp" ? "lenet" : word));
    expect((await run([...convolutional, "--epochs", "1", "--out", "used"])).code).toBe(0);
    const evaluated = await run(["evaluate", "used"]);
    for (const arm of ["batch", "none"]) {
      const { testAccuracy } = await readResult("used", arm);
      expect(evaluated.output).toContain(`${arm}:\ntest accuracy ${(100 * testAccuracy).toFixed(2)} %`);
    }
    const png =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAAAAABX3VL4AAAADklEQVR4nGNgSGEwmgYAApABLQJW6qoAAAAASUVORK5CYII=";
    await writeFile(join(folder, "a.png"), Buffer.from(png, "base64"));
    const predicted = await run(["predict", "used", "a.png", "a.png"]);
    expect(predicted.output.match(/^a\.png:\n( +[\d.]+ % {2}\w+\n){3}/gm)).toHaveLength(2);
    const page = await readFile(join(folder, "used", "prediction.html"), "utf8");
    expect(page.match(/class="heat"/g)).toHaveLength(2);
    await writeFile(join(folder, "broken.png"), Buffer.from(png, "base64").subarray(0, 40));
    for (const [file, message] of [
      ["absent.png", "could not be read"],
      ["broken.png", "broken.png"],
    ] as const) {
      const refused = await run(["predict", "used", file]);
      expect(refused.output).toMatch(/^Backend: .*\nNetwork: batch\nArgumentError: the picture .*\n$/);
      expect(refused.output).toContain(message);
      expect(refused.code).toBe(2);
    }
  });

  it("prints its help", async () => {
    expect(await run(["-h"])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Trains one network/),
    });
  });
});
