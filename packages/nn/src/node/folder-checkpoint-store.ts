import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { claimPath, makeStorageError, readFileBytes, writeFileAtomically } from "@evenkeel/tensor/node";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import { checkCheckpointName } from "../checkpoints/checkpoint-store.ts";
import { readUnlessMissing } from "./read-unless-missing.ts";

const extension = ".safetensors";

/**
 * Keeps each checkpoint as a file in a folder, which is made when the first one is saved. A file may be as large as the longest
 * array, which in Node only memory limits. A run claims its checkpoint by a file `.<name>.lock` beside it.
 *
 * @example await fit(model, { ...options, checkpoint: { store: new FolderCheckpointStore("runs/latest") } });
 */
export class FolderCheckpointStore implements CheckpointStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private findPath(name: string): string {
    checkCheckpointName(name);
    return join(this.folder, `${name}${extension}`);
  }

  save(name: string, bytes: Uint8Array): Promise<void> {
    return writeFileAtomically(this.findPath(name), bytes);
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    return readUnlessMissing(readFileBytes(this.findPath(name)), undefined);
  }

  async list(): Promise<string[]> {
    const files = await readUnlessMissing(
      readdir(this.folder).catch((error) => {
        throw makeStorageError(this.folder, error, "read");
      }),
      [],
    );
    return files
      .filter((file) => file.endsWith(extension) && !file.startsWith("."))
      .map((file) => file.slice(0, -extension.length))
      .sort();
  }

  async remove(name: string): Promise<void> {
    const path = this.findPath(name);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw makeStorageError(path, error);
    }
  }

  async claim(name: string): Promise<() => Promise<void>> {
    checkCheckpointName(name);
    return claimPath(join(this.folder, `.${name}.lock`));
  }
}
