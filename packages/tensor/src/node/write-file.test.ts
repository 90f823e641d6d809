import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "../checks/errors.ts";
import { makeStorageError } from "./storage-error.ts";
import { makeTemporaryPath, thisMachine } from "./temporary-files.ts";
import { writeFileAtomically } from "./write-file.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "write-file-"));
});

afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

test("creates folders, replaces the file, and leaves no other files", async () => {
  const path = join(folder, "a", "b", "file.txt");
  await writeFileAtomically(path, "old");
  await writeFileAtomically(path, Uint8Array.of(110, 101, 119));
  expect(await readFile(path, "utf8")).toBe("new");
  expect(await readdir(join(folder, "a", "b"))).toEqual(["file.txt"]);
});

test("contents may come in parts", async () => {
  const path = join(folder, "parts");
  await writeFileAtomically(path, [Uint8Array.of(97, 98), new Uint8Array(0), Uint8Array.of(99)]);
  expect(await readFile(path, "utf8")).toBe("abc");
  function* failing() {
    yield Uint8Array.of(100);
    throw new Error("no more");
  }
  await expect(writeFileAtomically(path, failing())).rejects.toThrow("no more");
  expect(await readFile(path, "utf8")).toBe("abc");
  expect(await readdir(folder)).toEqual(["parts"]);
});

test("temporary files of killed processes are removed, but none that may still be in use", async () => {
  // No process has this number: it is above the highest that Linux gives.
  const name = (host: string, pid: number) => `.${host}-${pid}-${crypto.randomUUID()}.partial`;
  const [ended, before, old] = [
    name(thisMachine, 2 ** 30),
    name(thisMachine, process.pid),
    name("elsewhere", 7),
  ];
  const kept = [
    name(thisMachine, process.pid),
    name(thisMachine, process.ppid),
    name("elsewhere", 7),
    ".x.partial",
  ];
  for (const file of [ended, before, old, ...kept]) await writeFile(join(folder, file), "part");
  const daysAgo = new Date(Date.now() - 2 * 86_400_000);
  for (const file of [before, old]) await utimes(join(folder, file), daysAgo, daysAgo);
  await writeFileAtomically(join(folder, "file"), "whole");
  expect((await readdir(folder)).sort()).toEqual([...kept, "file"].sort());
});

test("temporary names differ, and a link at one is not followed", async () => {
  const path = join(folder, "file");
  expect(new Set(Array.from({ length: 100 }, () => makeTemporaryPath(path))).size).toBe(100);
  const elsewhere = join(folder, "elsewhere");
  await writeFile(elsewhere, "untouched");
  await symlink(elsewhere, path);
  await writeFileAtomically(path, "new");
  expect(await readFile(elsewhere, "utf8")).toBe("untouched");
  expect(await readFile(path, "utf8")).toBe("new");
});

test("a failure is a StorageError that names the path, and leaves no partial file", async () => {
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
  ["ENOENT", "input error"],
  ["EIO", "input error"],
])("the message for %s suggests a remedy", (code, reason) => {
  const cause = Object.assign(new Error("input error"), { code });
  const error = makeStorageError("runs/x", cause);
  expect(error.message).toBe(`runs/x: could not be written: ${reason}`);
  expect(error.cause).toBe(cause);
});

test("reading has its own messages", () => {
  const reason = (code: string) =>
    makeStorageError("x", Object.assign(new Error("input error"), { code }), "read").message;
  expect(reason("ENOENT")).toBe("x: could not be read: there is no such file");
  expect(reason("EACCES")).toBe("x: could not be read: there is no permission to read it");
});
