import type { LogStore } from "../logs/log-store.ts";
import { checkLogName } from "../logs/log-store.ts";
import {
  findFolder,
  findPrivateFile,
  openFolder,
  splitPath,
  withPath,
  writePrivateFile,
  writeToEnd,
} from "./private-files.ts";

/**
 * Keeps each log as a file in the origin private file system. A worker appends in place; on a page the browser copies the file for
 * every piece that is appended, so long logs belong in a worker.
 *
 * @example new CSVLogger({ store: new OpfsLogStore("runs/figures") });
 */
export class OpfsLogStore implements LogStore {
  readonly folder: string;

  constructor(folder = "logs") {
    this.folder = folder;
  }

  private findPath(name: string): string {
    checkLogName(name);
    return `${this.folder}/${name}`;
  }

  async load(name: string): Promise<Uint8Array | undefined> {
    const path = this.findPath(name);
    const [folder, file] = splitPath(path);
    return withPath(path, "read", async () => {
      const found = await findPrivateFile(await findFolder(folder), file);
      return found && new Uint8Array(await found.arrayBuffer());
    });
  }

  async save(name: string, bytes: Uint8Array): Promise<void> {
    await this.write(name, (folder, file) => writePrivateFile(folder, file, [bytes]));
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    await this.write(name, (folder, file) => writeToEnd(folder, file, bytes));
  }

  private async write(
    name: string,
    body: (folder: FileSystemDirectoryHandle, file: string) => Promise<void>,
  ): Promise<void> {
    const path = this.findPath(name);
    const [folder, file] = splitPath(path);
    await withPath(path, "written", async () => body(await openFolder(folder), file));
  }
}
