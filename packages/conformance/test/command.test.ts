import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const command = fileURLToPath(new URL("../bin/conformance.ts", import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, ["--conditions=@evenkeel/source", command, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "conformance-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("pnpm conformance", () => {
  test("prints a table and writes the report atomically", async () => {
    const file = join(folder, "reports", "cpu.json");
    const { code, stdout } = await run("--backend", "cpu", "--op", "relu", "--json", file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/relu +kernel/);
    const report = JSON.parse(await readFile(file, "utf8"));
    expect(Object.keys(report)).toEqual(["backend", "device", "passed", "failed", "skipped", "ops"]);
    expect(Object.keys(report.ops.relu)).toEqual(["kernel", "passed", "failed", "worstError"]);
    expect(report).toMatchObject({
      backend: "cpu",
      failed: 0,
      ops: { relu: { kernel: "kernel", failed: 0 } },
    });
    expect(report.passed).toBeGreaterThan(0);
    expect(await readdir(join(folder, "reports"))).toEqual(["cpu.json"]);
  });

  test.each([
    ["no backend", [], /--backend: expected one of: cpu/],
    ["an unknown backend", ["--backend", "abacus"], /found "abacus", expected one of: cpu/],
    ["an unknown option", ["--backend", "cpu", "--fast"], /--fast/],
    ["an unknown op", ["--backend", "cpu", "--op", "nosuch"], /found "nosuch"/],
    [
      "wrong threads",
      ["--backend", "cpu", "--threads", "many"],
      /found "many", expected a positive whole number/,
    ],
    ["wrong vectors", ["--backend", "cpu", "--vectors", "512"], /found "512", expected 128, 256 or auto/],
  ])("%s is an error with the usage, exit code 2", async (_, args, message) => {
    const { code, stderr } = await run(...args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).toContain("pnpm conformance --backend <name>");
  });
});
