import { StorageError } from "@evenkeel/tensor";
import type { CheckpointStore } from "../checkpoints/checkpoint-store.ts";
import { checkCheckpointName } from "../checkpoints/checkpoint-store.ts";
import { findFolder, findPrivateFile, openFolder, withPath, writePrivateFile } from "./private-files.ts";

const extension = ".safetensors";

/**
 * Keeps each checkpoint as a file in the origin private file system: browser storage that only this site can access. It
 * lasts until the user clears the site's data; `navigator.storage.persist()` asks the browser not to evict it.
 * A lock prevents two tabs or workers from training under the same name at the same time.
 *
 * @example await fit(model, { ...options, checkpoint: { store: new OpfsCheckpointStore("runs/figures") } });
 */
export class OpfsCheckpointStore implements CheckpointStore {
  readonly folder: string;

  constructor(folder = "checkpoints") {
    this.folder = folder;
  }

  private findPath(name: string): string {
    checkCheckpointName(name);
    return `${this.folder}/${name}${extension}`;
  }

  async save(name: string, bytes: Uint8Array): Promise<void> {
    return withPath(this.findPath(name), "written", async () =>
      writePrivateFile(await openFolder(this.folder), name + extension, [bytes]),
    );
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    return withPath(this.findPath(name), "read", async () => {
      const file = await findPrivateFile(await findFolder(this.folder), name + extension);
      return file && new Uint8Array(await file.arrayBuffer());
    });
  }

  async list(): Promise<string[]> {
    return withPath(this.folder, "read", async () => {
      const folder = await findFolder(this.folder);
      const names: string[] = [];
      for await (const [file] of folder?.entries() ?? []) {
        if (!file.endsWith(extension) || (await findPrivateFile(folder, file)) === undefined) continue;
        names.push(file.slice(0, -extension.length));
      }
      return names.sort();
    });
  }

  async remove(name: string): Promise<void> {
    return withPath(this.findPath(name), "written", async () => {
      const folder = await findFolder(this.folder);
      if (await findPrivateFile(folder, name + extension)) await folder?.removeEntry(name + extension);
    });
  }

  async claim(name: string): Promise<() => Promise<void>> {
    const path = this.findPath(name);
    const { locks } = navigator as { readonly locks?: LockManager };
    if (locks === undefined) {
      throw new StorageError(`${path}: found no Web Locks API, expected a secure page (https or localhost)`);
    }
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let request: Promise<unknown> = Promise.resolve();
    const isGranted = await new Promise<boolean>((resolve, reject) => {
      request = locks.request(`evenkeel: ${path}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : held;
      });
      request.catch(reject);
    });
    if (!isGranted) {
      throw new StorageError(`${path}: found in use by another run of this site, expected one at a time`);
    }
    return async () => {
      release();
      await request;
    };
  }
}
