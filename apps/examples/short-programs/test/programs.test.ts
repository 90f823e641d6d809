import { execFile, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "../src");

const python = [process.env.EVENKEEL_PYTHON, "python3", "/usr/bin/python3"].find(
  (candidate) =>
    candidate !== undefined && spawnSync(candidate, ["-c", "import torch"], { stdio: "ignore" }).status === 0,
);
const isTorchRequired = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("torch");

/** The least and the largest value of the number in the last line that a program prints: far from those of a model that has learned nothing. */
const results: { readonly [program: string]: readonly [least: number, most: number] } = {
  cnn: [0.85, 1],
  "fine-tuning": [0.85, 1],
  gan: [0.01, 0.5],
  lstm: [0, 0.1],
  "ragged-text": [0.9, 1],
  regression: [0.85, 1],
  "u-net": [0.6, 1],
};

const readResult = (output: string): number => Number(/: (\S+)$/.exec(output.trimEnd())?.[1]);

/** The number of lines that are neither empty nor comments; the one line of a docstring is a comment. */
const countLines = (file: string): number =>
  readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => !/^\s*(#|\/\/|\/\*\*|""".*"""$|$)/.test(line)).length;

test("every program has its twin and a result", () => {
  const files = readdirSync(folder).sort();
  expect(files).toEqual(
    Object.keys(results)
      .flatMap((name) => [`${name}.py`, `${name}.ts`])
      .sort(),
  );
});

describe.each(Object.entries(results))("%s", (name, [least, most]) => {
  test("is at most 1.3 times as long as in PyTorch", () => {
    expect(countLines(`${name}.ts`) / countLines(`${name}.py`)).toBeLessThanOrEqual(1.3);
  });

  test("learns", async () => {
    const { stdout } = await run("node", ["--conditions=@evenkeel/source", join(folder, `${name}.ts`)]);
    const result = readResult(stdout);
    expect(result).toBeGreaterThan(least);
    expect(result).toBeLessThanOrEqual(most);
  });

  test.skipIf(python === undefined && !isTorchRequired)("learns in PyTorch too", async () => {
    const { stdout } = await run(python ?? "python3", [join(folder, `${name}.py`)]);
    const result = readResult(stdout);
    expect(result).toBeGreaterThan(least);
    expect(result).toBeLessThanOrEqual(most);
  });
});
