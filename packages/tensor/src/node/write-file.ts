import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { makeFolder } from "./make-folder.ts";
import { makeStorageError } from "./storage-error.ts";
import { makeTemporaryPath, removeAbandoned } from "./temporary-files.ts";

/**
 * Writes a file so that readers see the old or the new contents and never a part of them, even after a power failure:
 * to a temporary file next to it, which is synced and renamed before the folder is synced. Missing folders are created,
 * and files that killed processes left next to it are removed. Contents in parts may be larger than a single array can
 * be.
 *
 * @throws StorageError (disk full, no permission), leaving no trace
 * @example await writeFileAtomically("runs/latest/summary.json", JSON.stringify(summary));
 */
export async function writeFileAtomically(
  path: string,
  contents: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(resolve(path));
  const temporary = makeTemporaryPath(path);
  try {
    const [firstMade] = await makeFolder(folder);
    await removeAbandoned(folder);
    // "wx" fails if the name exists, so a link that someone has placed there is not followed.
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(contents);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolders(folder, dirname(firstMade ?? path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw makeStorageError(path, error);
  }
}

/** Syncs a folder and its parents up to `last`, so that the names in them outlast a power failure. */
async function syncFolders(folder: string, last: string): Promise<void> {
  // Windows cannot open folders.
  if (process.platform === "win32") return;
  await syncFolder(folder);
  if (folder !== resolve(last)) await syncFolders(dirname(folder), last);
}

/** Errors of file systems that cannot sync a folder, and of folders that may be written but not read. */
const excused = new Set(["EINVAL", "ENOTSUP", "EISDIR", "EACCES"]);

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    if (!excused.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
