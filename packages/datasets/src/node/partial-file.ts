import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder, makeStorageError, makeTemporaryPath } from "@evenkeel/tensor/node";

/**
 * A file that is being written, under a name that no other process or call uses. It is created with its first bytes and
 * renamed to its target when it is complete, so readers never see a partial file.
 */
export class PartialFile {
  /** The number of bytes written so far. */
  bytes = 0;
  private readonly target: string;
  private readonly path: string;
  private digest = createHash("sha256");
  private handle: FileHandle | undefined;

  constructor(target: string) {
    this.target = target;
    this.path = makeTemporaryPath(target);
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.store(async () => (await this.open()).appendFile(chunk));
    this.digest.update(chunk);
    this.bytes += chunk.length;
  }

  /** Empties the file. */
  async restart(): Promise<void> {
    if (this.bytes === 0) return;
    await this.store(async () => (await this.open()).truncate());
    this.digest = createHash("sha256");
    this.bytes = 0;
  }

  /** The SHA-256 checksum of the bytes written so far. */
  computeChecksum(): string {
    return this.digest.copy().digest("hex");
  }

  /** Renames the file to its target, which is replaced. */
  async finish(): Promise<void> {
    await this.store(async () => {
      await (await this.open()).sync();
      await this.close();
      await rename(this.path, this.target);
    });
  }

  /** Removes the file if it has not been finished. */
  async discard(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  /** `a` writes at the end even after `restart`; `x` refuses to follow a link. */
  private async open(): Promise<FileHandle> {
    if (this.handle === undefined) {
      await makeFolder(dirname(this.path));
      this.handle = await open(this.path, "ax");
    }
    return this.handle;
  }

  private async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  private async store(work: () => Promise<void>): Promise<void> {
    await work().catch((error) => {
      throw makeStorageError(this.target, error);
    });
  }
}
