import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StorageError } from "../core/errors.ts";

/**
 * Writes a file so that readers see the old contents or the new ones and never a part: to a temporary name beside it,
 * synced, renamed. Folders on the way are made. Throws StorageError (disk full, no permission) and leaves no trace.
 *
 * @example await writeFileAtomically("runs/latest/summary.json", JSON.stringify(summary));
 */
export async function writeFileAtomically(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${process.pid}-${Math.random().toString(36).slice(2)}.partial`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw storageError(path, error);
  }
}

/** What went wrong with a path, in words that tell what to do about it. */
export function storageError(path: string, error: unknown): StorageError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason =
    code === "ENOSPC" || code === "EDQUOT"
      ? "the disk is full"
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? "there is no permission to write there"
        : message;
  return new StorageError(`${path}: could not be written: ${reason}`, { cause: error });
}
