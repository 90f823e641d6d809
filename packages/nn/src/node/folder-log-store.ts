import { appendFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder, makeStorageError, readFileBytes, writeFileAtomically } from "@evenkeel/tensor/node";
import type { LogStore } from "../logs/log-store.ts";
import { checkLogName } from "../logs/log-store.ts";
import { readUnlessMissing } from "./read-unless-missing.ts";

/**
 * Keeps each log as a file in a folder, which is made when the first one is written.
 *
 * @example new CSVLogger({ store: new FolderLogStore("runs/latest") });
 */
export class FolderLogStore implements LogStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private findPath(name: string): string {
    checkLogName(name);
    return join(this.folder, name);
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    return readUnlessMissing(readFileBytes(this.findPath(name)), undefined);
  }

  async save(name: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomically(this.findPath(name), bytes);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.findPath(name);
    try {
      await makeFolder(dirname(path));
      await appendFile(path, bytes);
    } catch (error) {
      throw makeStorageError(path, error);
    }
  }
}
