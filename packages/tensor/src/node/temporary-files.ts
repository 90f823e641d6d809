import { randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** A name beside `path` that nobody else uses or can guess, and that tells whose it is. */
export const temporaryPath = (path: string): string =>
  join(dirname(path), `.${hostname()}-${process.pid}-${randomUUID()}.partial`);

const temporaryName = /^\.(?<host>.+)-(?<pid>\d+)-[0-9a-f-]{36}\.partial$/;

/** Nobody writes one file for as long. */
const mostMilliseconds = 86_400_000;

const sweptFolders = new Set<string>();

/** Removes what killed processes left in a folder: once for each process, as far as it is allowed to. */
export async function removeAbandoned(folder: string): Promise<void> {
  if (sweptFolders.has(folder)) return;
  sweptFolders.add(folder);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (await isAbandoned(path).catch(() => false)) await rm(path, { force: true }).catch(() => undefined);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = temporaryName.exec(basename(path))?.groups;
  if (owner === undefined) return false;
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs > mostMilliseconds || hasEnded(owner.host!, Number(owner.pid), mtimeMs);
}

/**
 * Whether the process that was at work at some time has certainly ended. One with this process's number that worked before
 * this one began was another: in a container, numbers are the same at each start.
 */
export function hasEnded(host: string, pid: number, atMilliseconds: number): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return atMilliseconds < Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
