import { randomUUID } from "node:crypto";
import { lstat, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setInterval } from "node:timers";
import { StorageError } from "../core/errors.ts";
import { makeFolder } from "./make-folder.ts";
import { storageError } from "./storage-error.ts";
import { hasEnded, thisMachine } from "./temporary-files.ts";

/** How often a claim is renewed, and after what silence one of another machine counts as left behind. */
const renewedEvery = 20_000;
const silence = 120_000;

/**
 * Claims what `path` stands for, so that of several programs one works with it at a time. The file at `path` tells who it
 * is until the returned function is called. A claim of this machine holds as long as its process lives, and one of another
 * machine or container as long as it is renewed: after two minutes without, it is taken over.
 *
 * @throws StorageError that names the process which has it, or where the file cannot be written
 * @example
 * const release = await claimPath("runs/latest/.lock");
 * try { await work(); } finally { await release(); }
 */
export async function claimPath(path: string): Promise<() => Promise<void>> {
  const who = { host: hostname(), machine: thisMachine, pid: process.pid };
  const own = JSON.stringify({ ...who, claim: randomUUID() });
  try {
    await makeFolder(dirname(path));
    while (!(await isWritten(path, own))) await removeLeft(path, own);
  } catch (error) {
    throw storageError(path, error);
  }
  const renewal = setInterval(() => {
    renew(path, own).catch(() => undefined);
  }, renewedEvery);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    await removeOwn(path, own);
  };
}

/** Nothing is renewed that others have taken over. */
async function renew(path: string, own: string): Promise<void> {
  const now = new Date();
  if ((await read(path)) === own) await utimes(path, now, now);
}

async function removeOwn(path: string, own: string): Promise<void> {
  if ((await read(path)) === own) await rm(path, { force: true });
}

async function isWritten(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

const read = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);

/**
 * Removes a claim that was left behind. Throws StorageError for one that holds. One process at a time removes: another would
 * remove the claim that has come into the place of the one it saw.
 */
async function removeLeft(path: string, own: string): Promise<void> {
  if (!(await isLeft(path))) return;
  const guard = `${path}.taking`;
  if (await isWritten(guard, own)) {
    try {
      // A guard that was taken for one left behind guards no more.
      if ((await isLeft(path)) && (await read(guard)) === own) await rm(path, { force: true });
    } finally {
      await removeOwn(guard, own);
    }
  } else if (await isLeft(guard)) await rm(guard, { force: true });
}

/** Whether what is there was left behind; false where nothing is. Throws StorageError for a claim that holds. */
async function isLeft(path: string): Promise<boolean> {
  const text = await read(path);
  const found = await lstat(path).catch(ignoreMissing);
  if (found === undefined) return false;
  if (!(found.isFile() || found.isSymbolicLink())) {
    throw new StorageError(`${path}: found something that is no file, expected a file or nothing`);
  }
  const { host, pid, machine } = holderOf(text);
  const hasStopped =
    machine === thisMachine ? hasEnded(pid!, found.mtimeMs) : Date.now() - found.mtimeMs > silence;
  if (hasStopped) return true;
  const holder = pid === undefined ? "a program that does not name itself" : `process ${pid} on ${host}`;
  throw new StorageError(
    `${path}: found it in use by ${holder}, expected one program at a time; where that has ended, remove the file`,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly machine: string;
}

/** Who has a claim; a file that is still being written says nothing yet, nor does what cannot be read. */
function holderOf(text = ""): Partial<Holder> {
  try {
    const { host, pid, machine } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host === "string" && typeof pid === "number" && typeof machine === "string") {
      return { host, pid, machine };
    }
  } catch {}
  return {};
}
