import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { ArgumentError } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clearArm } from "../src/arms/saved-arm.ts";
import { parseCommand } from "../src/command-line.ts";
import { runTask } from "../src/main.ts";
import { claimFolder } from "../src/run/folder.ts";
import { pointLatestTo } from "../src/run/latest.ts";
import { checkFolder } from "../src/run/run-files.ts";
import { type RunRecord, saveRunRecord } from "../src/run/run-record.ts";
import { lineTask } from "./line-task.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("claimFolder", () => {
  const claim = (...args: string[]) => claimFolder(lineTask, parseCommand(lineTask, args)!);

  it("gives different folders to two runs that begin in the same second", async () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      const claimed = await Promise.all([claim(), claim(), claim("--epochs", "2")]);
      expect(new Set(claimed.map(({ path }) => path)).size).toBe(3);
      expect(basename(claimed[2]!.path)).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-line/);
      for (const { release } of claimed) await release();
      expect(await readdir("runs").catch(() => [])).toEqual([]);
    } finally {
      process.chdir(before);
    }
  });

  it("creates parent folders, and removes the empty ones", async () => {
    const out = join(folder, "a", "b");
    const empty = await claim("--out", out);
    await empty.release();
    expect(await readdir(folder)).toEqual([]);
    const used = await claim("--out", out);
    await writeFile(join(out, "options.json"), "");
    await used.release();
    expect(await readdir(out)).toEqual(["options.json"]);
  });

  it("refuses a folder in use, and leaves it unchanged", async () => {
    const claimed = await claim("--out", folder);
    await expect(claim("--out", folder)).rejects.toThrow(/^--out: .*found in use by process/);
    const resumed = claim("--resume", "--out", folder);
    await expect(resumed).rejects.toThrow(/^--resume: .*found in use by process/);
    await claimed.release();
  });

  it("refuses a place where no folder can be created", async () => {
    await writeFile(join(folder, "file"), "");
    const places = [join(folder, "file"), join(folder, "file", "below")];
    if (process.platform === "linux") places.push("/proc/x", "/proc/x/y", "/dev/null/x");
    for (const place of places) {
      await expect(claim("--out", place)).rejects.toThrow(ArgumentError);
      await expect(claim("--out", place)).rejects.toThrow(/^--out: /);
    }
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("finds nothing to resume if there is no run", async () => {
    await expect(claim("--resume", "--out", join(folder, "absent"))).rejects.toThrow("--resume: found no");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("pointLatestTo", () => {
  const latest = () => join(folder, "latest");
  const makeRun = async (name: string): Promise<string> => {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, "options.json"), "");
    return join(folder, name);
  };

  it("moves the link from run to run", async () => {
    for (const run of ["first", "second"]) {
      expect(await pointLatestTo(await makeRun(run))).toBe(true);
      expect(await readlink(latest())).toBe(run);
    }
    // As left by a killed process with this id.
    await symlink("first", join(folder, `latest.${process.pid}`));
    await rm(join(folder, "second"), { recursive: true });
    expect(await pointLatestTo(await makeRun("third"))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["first", "latest", `latest.${process.pid}`, "third"]);
  });

  it("leaves a folder with that name unchanged, even if it is the run itself", async () => {
    await mkdir(latest());
    await writeFile(join(latest(), "precious"), "yes");
    expect(await pointLatestTo(join(folder, "run"))).toBe(false);
    expect(await pointLatestTo(latest())).toBe(false);
    expect((await lstat(latest())).isDirectory()).toBe(true);
    expect(await readFile(join(latest(), "precious"), "utf8")).toBe("yes");
    expect(await readdir(folder)).toEqual(["latest"]);
  });

  it("leaves other links unchanged: to a sibling that is no run, or to another place", async () => {
    await mkdir(join(folder, "release"));
    for (const target of ["release", resolve("/"), join("..", "elsewhere")]) {
      await symlink(target, latest());
      expect(await pointLatestTo(await makeRun("run"))).toBe(false);
      expect(await readlink(latest())).toBe(target);
      for (const name of ["run", "latest"]) await rm(join(folder, name), { recursive: true });
    }
  });
});

describe("checkFolder", () => {
  const record: RunRecord = {
    task: "line",
    run: "name",
    options: parseCommand(lineTask, [])!.options,
    data: { name: "synthetic", insteadOf: null },
    backend: "cpu",
  };

  it("accepts a folder with a run, or without the file names of a run", async () => {
    await writeFile(join(folder, "notes.txt"), "");
    await checkFolder(lineTask, folder);
    await saveRunRecord(folder, record);
    await writeFile(join(folder, "report.html"), "");
    await checkFolder(lineTask, folder);
  });

  it.each(["options.json", "report.html", "summary.json", join("batch", "model.safetensors")])(
    "refuses somebody's %s, which the command leaves as it is",
    async (file) => {
      await mkdir(join(folder, "batch"));
      await writeFile(join(folder, file), "mine");
      await expect(checkFolder(lineTask, folder)).rejects.toThrow(ArgumentError);
      await expect(checkFolder(lineTask, folder)).rejects.toThrow(`--out: found ${join(folder, file)}`);
      const surroundings = { backends: () => [], say: () => undefined };
      await expect(runTask(lineTask, ["--out", folder], surroundings)).rejects.toThrow(
        `found ${join(folder, file)}`,
      );
      expect(await readFile(join(folder, file), "utf8")).toBe("mine");
    },
  );
});

describe("clearArm", () => {
  it("removes only the files of a run", async () => {
    const left = ["result.json", "measurements.json", "checkpoint.safetensors", "model.safetensors"];
    for (const file of [...left, "notes.txt"]) await writeFile(join(folder, file), "");
    await clearArm(folder);
    expect(await readdir(folder)).toEqual(["notes.txt"]);
    await clearArm(join(folder, "absent"));
  });
});
