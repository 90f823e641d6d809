import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "../checks/errors.ts";
import { claimPath } from "./claim.ts";
import { makeFolder } from "./make-folder.ts";
import { writeFileAtomically } from "./write-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "make-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("creates missing folders and returns them", async () => {
  await mkdir(join(folder, "a"));
  const made = [join(folder, "a", "b"), join(folder, "a", "b", "c")];
  expect(await makeFolder(made[1]!)).toEqual(made);
  expect(await makeFolder(made[1]!)).toEqual([]);
  const at = join(folder, "many", "at", "once");
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(at)));
  expect(await readdir(join(folder, "many", "at"))).toEqual(["once"]);
});

test("a file in the path causes an error", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(folder, "file", "below"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(process.platform === "linux")(
  "a folder that cannot be created causes an error without delay",
  async () => {
    for (const place of ["/proc/x", "/proc/x/y"]) {
      await expect(makeFolder(place)).rejects.toMatchObject({ code: "ENOENT" });
      await expect(writeFileAtomically(join(place, "file"), "")).rejects.toThrow(StorageError);
      await expect(claimPath(join(place, "lock"))).rejects.toThrow(StorageError);
    }
  },
);
