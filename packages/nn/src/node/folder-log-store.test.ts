import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderLogStore } from "./folder-log-store.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "logs-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("logs are files in the folder and in folders below it", async () => {
  const store = new FolderLogStore(join(folder, "run"));
  expect(await store.load("train/log.csv")).toBeUndefined();
  await store.append("train/log.csv", Uint8Array.of(1));
  await store.append("train/log.csv", Uint8Array.of(2, 3));
  expect(await store.load("train/log.csv")).toEqual(Uint8Array.of(1, 2, 3));
  await store.save("train/log.csv", Uint8Array.of(4));
  await store.append("train/log.csv", Uint8Array.of(5));
  expect(await store.load("train/log.csv")).toEqual(Uint8Array.of(4, 5));
  expect(await readdir(join(store.folder, "train"))).toEqual(["log.csv"]);
});

test("a folder that cannot be made causes a StorageError, and a name that leaves it an ArgumentError", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const store = new FolderLogStore(file);
  await expect(store.append("log.csv", Uint8Array.of(1))).rejects.toThrow(StorageError);
  await expect(store.append("log.csv", Uint8Array.of(1))).rejects.toThrow(
    `${join(file, "log.csv")}: could not`,
  );
  await expect(store.load("log.csv")).rejects.toThrow(StorageError);
  await expect(store.append("../log.csv", Uint8Array.of(1))).rejects.toThrow(ArgumentError);
});

test("a process that is killed while it appends leaves whole lines", async () => {
  const source = new URL("./folder-log-store.ts", import.meta.url).href;
  const script = `
    const { FolderLogStore } = await import(${JSON.stringify(source)});
    const store = new FolderLogStore(${JSON.stringify(folder)});
    for (let row = 0; ; row++) {
      await store.append("log.csv", new TextEncoder().encode(row + "," + "x".repeat(2000) + "\\n"));
      if (row === 50) console.log("many");
    }`;
  const child = spawn(process.execPath, [
    "--conditions=@evenkeel/source",
    "--input-type=module",
    "-e",
    script,
  ]);
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
  const lines = (await readFile(join(folder, "log.csv"), "utf8")).split("\n");
  expect(lines.length).toBeGreaterThan(51);
  expect(lines.pop()).toBe("");
  expect(lines).toEqual(lines.map((_, row) => `${row},${"x".repeat(2000)}`));
});
