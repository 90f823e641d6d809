import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "../core/errors.ts";
import { storageError, writeFileAtomically } from "./write-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-file-"));
});

afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

test("makes folders, replaces the file, and leaves nothing beside it", async () => {
  const path = join(folder, "a", "b", "file.txt");
  await writeFileAtomically(path, "old");
  await writeFileAtomically(path, Uint8Array.of(110, 101, 119));
  expect(await readFile(path, "utf8")).toBe("new");
  expect(await readdir(join(folder, "a", "b"))).toEqual(["file.txt"]);
});

test("a failure is a StorageError that names the path, and leaves no part behind", async () => {
  const blocked = join(folder, "blocked");
  await mkdir(join(blocked, "inside"), { recursive: true });
  await expect(writeFileAtomically(blocked, "x")).rejects.toThrow(StorageError);
  await expect(writeFileAtomically(blocked, "x")).rejects.toThrow(`${blocked}: could not be written`);
  await writeFile(join(folder, "file"), "");
  await expect(writeFileAtomically(join(folder, "file", "below"), "x")).rejects.toThrow(StorageError);
  expect((await readdir(folder)).sort()).toEqual(["blocked", "file"]);
});

test.each([
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk is full"],
  ["EACCES", "there is no permission to write there"],
  ["EIO", "input error"],
])("%s says what to do about it", (code, reason) => {
  const cause = Object.assign(new Error("input error"), { code });
  const error = storageError("runs/x", cause);
  expect(error.message).toBe(`runs/x: could not be written: ${reason}`);
  expect(error.cause).toBe(cause);
});
