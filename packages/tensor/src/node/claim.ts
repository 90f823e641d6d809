import { randomUUID } from "node:crypto";
import { lstat, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setInterval } from "node:timers";
import { StorageError } from "../checks/errors.ts";
import { makeFolder } from "./make-folder.ts";
import { makeStorageError } from "./storage-error.ts";
import { hasEnded, thisMachine } from "./temporary-files.ts";

/**
 * The interval at which a claim is renewed, and the time without renewal after which that of another machine is stale,
 * in milliseconds.
 */
const renewedEvery = 20_000;
const silence = 120_000;

/**
 * Claims the resource that `path` stands for, so that only one program at a time uses it. The file at `path` names the
 * process until the returned function is called. A claim of this machine holds as long as its process runs, and one of
 * another machine or container as long as it is renewed: it is taken over after two minutes without a renewal.
 *
 * @throws StorageError that names the process that holds the claim, or the reason why the file cannot be written
 * @example
 * const release = await claimPath("runs/latest/.lock");
 * try { await work(); } finally { await release(); }
 */
export async function claimPath(path: string): Promise<() => Promise<void>> {
  const who = { host: hostname(), machine: thisMachine, pid: process.pid };
  const own = JSON.stringify({ ...who, claim: randomUUID() });
  try {
    await makeFolder(dirname(path));
    while (!(await writeNew(path, own))) await removeStale(path, own);
  } catch (error) {
    throw makeStorageError(path, error);
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

/** Renews the claim, unless another process has taken it over. */
async function renew(path: string, own: string): Promise<void> {
  const now = new Date();
  if ((await read(path)) === own) await utimes(path, now, now);
}

async function removeOwn(path: string, own: string): Promise<void> {
  if ((await read(path)) === own) await rm(path, { force: true });
}

/** Writes a file unless it already exists. Returns whether it was written. */
async function writeNew(path: string, text: string): Promise<boolean> {
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
 * Removes a stale claim. Throws StorageError for one that holds. Only one process at a time may remove it: a second one could
 * remove the new claim that has replaced the stale one.
 */
async function removeStale(path: string, own: string): Promise<void> {
  if (!(await isStale(path))) return;
  const guard = `${path}.taking`;
  if (await writeNew(guard, own)) {
    try {
      // Another process may have removed the guard because it seemed stale.
      if ((await isStale(path)) && (await read(guard)) === own) await rm(path, { force: true });
    } finally {
      await removeOwn(guard, own);
    }
  } else if (await isStale(guard)) await rm(guard, { force: true });
}

/** Whether the claim at `path` is stale. False if there is none. Throws StorageError for one that holds. */
async function isStale(path: string): Promise<boolean> {
  const text = await read(path);
  const found = await lstat(path).catch(ignoreMissing);
  if (found === undefined) return false;
  if (!(found.isFile() || found.isSymbolicLink())) {
    throw new StorageError(`${path}: found something that is not a file, expected a file or nothing`);
  }
  const { host, pid, machine } = parseHolder(text);
  const isOver =
    machine === thisMachine ? hasEnded(pid!, found.mtimeMs) : Date.now() - found.mtimeMs > silence;
  if (isOver) return true;
  const holder = pid === undefined ? "a program that does not name itself" : `process ${pid} on ${host}`;
  throw new StorageError(
    `${path}: found in use by ${holder}, expected one program at a time: if that program has ended, remove the file`,
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

/** The holder of a claim. Empty for a file that is still being written or cannot be read. */
function parseHolder(text = ""): Partial<Holder> {
  try {
    const { host, pid, machine } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host === "string" && typeof pid === "number" && typeof machine === "string") {
      return { host, pid, machine };
    }
  } catch {}
  return {};
}
