import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { makeTemporaryPath } from "@evenkeel/tensor/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FolderCheckpointStore } from "./folder-checkpoint-store.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("saved checkpoints are loaded and listed, and nothing else is left in the folder", async () => {
  const store = new FolderCheckpointStore(join(folder, "run"));
  expect(await store.list()).toEqual([]);
  expect(await store.load("latest")).toBeUndefined();
  await store.save("latest", Uint8Array.of(1));
  await store.save("latest", Uint8Array.of(2, 3));
  await store.save("best", Uint8Array.of(4));
  expect(new Uint8Array((await store.load("latest"))!)).toEqual(Uint8Array.of(2, 3));
  expect(await store.list()).toEqual(["best", "latest"]);
  expect((await readdir(store.folder)).sort()).toEqual(["best.safetensors", "latest.safetensors"]);
  await store.remove("best");
  await store.remove("best");
  expect(await store.list()).toEqual(["latest"]);
});

test("a name is claimed by one run at a time, and other names are available", async () => {
  const store = new FolderCheckpointStore(join(folder, "run"));
  const release = await store.claim("latest");
  await expect(new FolderCheckpointStore(store.folder).claim("latest")).rejects.toThrow(StorageError);
  await (await store.claim("other"))();
  await store.save("latest", Uint8Array.of(1));
  expect(await store.list()).toEqual(["latest"]);
  await release();
  await (await store.claim("latest"))();
  expect(await readdir(store.folder)).toEqual(["latest.safetensors"]);
  await expect(store.claim("../up")).rejects.toThrow(ArgumentError);
});

test("temporary files of a killed process are removed at the next save", async () => {
  const store = new FolderCheckpointStore(folder);
  const left = basename(makeTemporaryPath("latest")).replace(`-${process.pid}-`, `-${2 ** 30}-`);
  await writeFile(join(folder, left), "half a checkpoint");
  await store.save("latest", Uint8Array.of(1));
  expect(await readdir(folder)).toEqual(["latest.safetensors"]);
});

test("a folder that cannot be created causes a StorageError that names it", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const store = new FolderCheckpointStore(file);
  await expect(store.save("latest", Uint8Array.of(1))).rejects.toThrow(StorageError);
  await expect(store.load("latest")).rejects.toThrow(/could not be read/);
});

test.each(["", "..", "../other", "a/b", ".hidden", "a b"])("%j is not a valid name", async (name) => {
  const store = new FolderCheckpointStore(folder);
  expect(() => store.save(name, Uint8Array.of(1))).toThrow(ArgumentError);
  await expect(store.load(name)).rejects.toThrow(ArgumentError);
});
