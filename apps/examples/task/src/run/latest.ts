import { lstat, readlink, rename, rm, stat, symlink, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { makeStorageError, makeTemporaryPath } from "@evenkeel/tensor/node";
import { runRecordFile } from "./run-record.ts";

/**
 * Points the link `latest` next to the folder to it, atomically, so that it always points to a run. Resolves with false, and changes
 * nothing, if something else has that name: not a link, or a link to anything but a run next to it.
 */
export async function pointLatestTo(folder: string): Promise<boolean> {
  const latest = join(dirname(folder), "latest");
  if (!(await isOurs(latest))) return false;
  const fresh = makeTemporaryPath(latest);
  try {
    await symlink(basename(folder), fresh, "junction");
    // On Windows a rename does not replace a link.
    await rename(fresh, latest).catch(async () => {
      await unlink(latest);
      await rename(fresh, latest);
    });
    return true;
  } catch (error) {
    await rm(fresh, { force: true });
    throw makeStorageError(latest, error);
  }
}

/** Whether nothing is there, or a link to a run next to it that exists or existed. */
async function isOurs(latest: string): Promise<boolean> {
  const found = await lstat(latest).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isSymbolicLink()) return false;
  const target = resolve(dirname(latest), await readlink(latest));
  if (dirname(target) !== dirname(latest)) return false;
  const isThere = (path: string): Promise<boolean> =>
    stat(path).then(
      () => true,
      () => false,
    );
  return (await isThere(join(target, runRecordFile))) || !(await isThere(target));
}
