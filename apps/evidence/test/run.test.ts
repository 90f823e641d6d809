import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = join(import.meta.dirname, "../src/main.ts");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-evidence-"));
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ["--conditions=@evenkeel/source", program, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += String(text)));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

describe("an experiment", () => {
  const args = ["run", "E3", "--quick", "--seeds", "1"];

  it("runs its trials, writes a result and a report, and goes on where it was stopped", async () => {
    const out = join(folder, "run");
    const first = await run(...args, "--out", out, "--record", join(folder, "results"));
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining("growth with ReLU") });
    expect((await readdir(out)).sort()).toEqual(["E3", "report.html", "results"]);
    const trials = ["linear-1.json", "plain-1.json", "relu-1.json", "skips-1.json"];
    expect((await readdir(join(out, "E3"))).sort()).toEqual(trials);
    const result = JSON.parse(await readFile(join(folder, "results", "E3.json"), "utf8"));
    // The signs of the findings: growth with batch norm, none without it.
    expect(result.measures["growth with ReLU"]).toBeGreaterThan(0.3);
    expect(Math.abs(result.measures["growth without batch norm"])).toBeLessThan(0.15);

    const keptAt = (await stat(join(out, "E3", "relu-1.json"))).mtimeMs;
    await rm(join(out, "E3", "plain-1.json"));
    const resumed = await run(...args, "--out", out, "--resume");
    expect(resumed.output).toContain("E3: 3 of 4 trials were finished before");
    expect((await stat(join(out, "E3", "relu-1.json"))).mtimeMs).toBe(keptAt);

    await writeFile(join(out, "E3", "relu-1.json"), "{");
    expect(await run(...args, "--out", out, "--resume")).toMatchObject({
      code: 1,
      output: expect.stringContaining("relu-1.json: found invalid JSON: the file is damaged"),
    });
    const written = await run("report", "--results", join(folder, "results"), "--out", join(folder, "pages"));
    expect(written.code).toBe(0);
    expect((await readdir(join(folder, "pages"))).sort()).toEqual(["evidence", "evidence.md", "report.html"]);
  });

  it("refuses wrong arguments with exit code 2", async () => {
    expect(await run("run", "E99")).toMatchObject({ code: 2, output: expect.stringContaining("found E99") });
  });
});
