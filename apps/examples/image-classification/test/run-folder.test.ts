import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clearArm } from "../src/arm.ts";
import { pointLatestTo } from "../src/results.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-results-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("pointLatestTo", () => {
  it("moves the link from run to run", async () => {
    for (const run of ["first", "second"]) {
      await mkdir(join(folder, run));
      await pointLatestTo(join(folder, run));
      expect(await readlink(join(folder, "latest"))).toBe(run);
    }
    expect((await readdir(folder)).sort()).toEqual(["first", "latest", "second"]);
  });

  it("leaves a folder of that name alone, even when it is the run itself", async () => {
    const latest = join(folder, "latest");
    await mkdir(latest);
    await writeFile(join(latest, "precious"), "yes");
    await pointLatestTo(join(folder, "run"));
    await pointLatestTo(latest);
    expect((await lstat(latest)).isDirectory()).toBe(true);
    expect(await readFile(join(latest, "precious"), "utf8")).toBe("yes");
    expect(await readdir(folder)).toEqual(["latest"]);
  });
});

describe("clearArm", () => {
  it("removes what a run leaves behind and nothing else", async () => {
    const left = ["result.json", "measurements.json", "checkpoint.safetensors", "model.safetensors"];
    for (const file of [...left, "notes.txt"]) await writeFile(join(folder, file), "");
    await clearArm(folder);
    expect(await readdir(folder)).toEqual(["notes.txt"]);
    await clearArm(join(folder, "absent"));
  });
});
