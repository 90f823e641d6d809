import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { StorageError } from "@evenkeel/tensor";
import { storageError, writeFileAtomically } from "@evenkeel/tensor/node";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import { checkCheckpointName } from "../checkpoints/checkpoint-store.ts";

const extension = ".safetensors";

/**
 * Keeps each checkpoint as a file in a folder, which is made when the first one is saved.
 *
 * @example await fit(model, { ..., checkpoint: { store: new FolderCheckpointStore("runs/latest") } });
 */
export class FolderCheckpointStore implements CheckpointStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private pathOf(name: string): string {
    checkCheckpointName(name);
    return join(this.folder, `${name}${extension}`);
  }

  save(name: string, bytes: Uint8Array): Promise<void> {
    return writeFileAtomically(this.pathOf(name), bytes);
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    const path = this.pathOf(name);
    return orMissing(readFile(path), path, undefined);
  }

  async list(): Promise<string[]> {
    const files = await orMissing(readdir(this.folder), this.folder, []);
    return files
      .filter((file) => file.endsWith(extension) && !file.startsWith("."))
      .map((file) => file.slice(0, -extension.length))
      .sort();
  }

  async remove(name: string): Promise<void> {
    const path = this.pathOf(name);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw storageError(path, error);
    }
  }
}

/** What was read, or `missing` where there is nothing. Throws StorageError for every other failure. */
async function orMissing<Found, Missing>(
  reading: Promise<Found>,
  path: string,
  missing: Missing,
): Promise<Found | Missing> {
  try {
    return await reading;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return missing;
    throw new StorageError(`${path}: could not be read: ${message}`, { cause: error });
  }
}
