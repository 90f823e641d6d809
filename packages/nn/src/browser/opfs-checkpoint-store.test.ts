import { StorageError } from "@evenkeel/tensor";
import { afterEach, expect, test, vi } from "vitest";
import { OpfsCheckpointStore } from "./opfs-checkpoint-store.ts";

/** A folder of a browser that contains only folders. */
class Folder {
  readonly folders = new Map<string, Folder>();

  async getDirectoryHandle(name: string, { create }: { create: boolean }): Promise<Folder> {
    const folder = this.folders.get(name) ?? (create ? new Folder() : undefined);
    if (folder === undefined) throw new DOMException("none", "NotFoundError");
    this.folders.set(name, folder);
    return folder;
  }

  async getFileHandle(): Promise<never> {
    throw new DOMException("none", "NotFoundError");
  }

  async *entries() {
    yield* this.folders;
  }
}

afterEach(() => vi.unstubAllGlobals());

test("a folder that does not exist is empty, and reading does not create it", async () => {
  const root = new Folder();
  vi.stubGlobal("navigator", { storage: { getDirectory: async () => root } });
  const store = new OpfsCheckpointStore("runs/mistyped");
  expect(await store.load("latest")).toBeUndefined();
  expect(await store.list()).toEqual([]);
  await store.remove("latest");
  expect(root.folders.size).toBe(0);
  root.folders.set("runs", new Folder());
  expect(await store.load("latest")).toBeUndefined();
  expect(root.folders.get("runs")!.folders.size).toBe(0);
});

test("a page without the Web Locks API causes an error that says what is expected", async () => {
  vi.stubGlobal("navigator", {});
  const claim = new OpfsCheckpointStore("runs").claim("latest");
  await expect(claim).rejects.toThrow(StorageError);
  await expect(new OpfsCheckpointStore("runs").claim("latest")).rejects.toThrow(
    "runs/latest.safetensors: found no",
  );
});
