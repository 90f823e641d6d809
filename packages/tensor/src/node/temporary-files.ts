import { randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * Names the scope within which process ids are unique: a host until it restarts, or one of several containers with its name,
 * each of which numbers its own processes.
 */
export const thisMachine: string = findMachineName();

function findMachineName(): string {
  try {
    const [space] = /\d+/.exec(readlinkSync("/proc/self/ns/pid"))!;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
    return `${hostname()}.${space}.${boot}`;
  } catch {
    // Only Linux has these files.
    return hostname();
  }
}

/** A name next to `path` that is unique and cannot be guessed, and that contains the id of the process that owns it. */
export const makeTemporaryPath = (path: string): string =>
  join(dirname(path), `.${thisMachine}-${process.pid}-${randomUUID()}.partial`);

const temporaryName = /^\.(?<machine>.+)-(?<pid>\d+)-[0-9a-f-]{36}\.partial$/;

/** The longest time that writing a file is assumed to take: a day. */
const mostMilliseconds = 86_400_000;

const sweptFolders = new Set<string>();

/**
 * Removes the temporary files of killed processes from a folder, as far as permissions allow. A process does so once
 * for each folder.
 */
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
  const isOurs = owner.machine === thisMachine;
  return Date.now() - mtimeMs > mostMilliseconds || (isOurs && hasEnded(Number(owner.pid), mtimeMs));
}

/**
 * The time at which this process started. It is computed only once, because `process.uptime` excludes the time that the
 * machine sleeps.
 */
const startMilliseconds = Date.now() - process.uptime() * 1000;

/**
 * Whether a process of this machine that was running at the given time has certainly ended. One with this process's id that
 * was running before this process started was an earlier process.
 */
export function hasEnded(pid: number, atMilliseconds: number): boolean {
  if (pid === process.pid) return atMilliseconds < startMilliseconds;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
