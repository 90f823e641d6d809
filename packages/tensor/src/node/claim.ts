import { randomUUID } from "node:crypto";
import { lstat, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setInterval } from "node:timers";
import { StorageError } from "../core/errors.ts";
import { makeFolder } from "./make-folder.ts";
import { storageError } from "./storage-error.ts";
import { hasEnded, temporaryPath } from "./temporary-files.ts";

/** How often a claim is renewed, and after what silence it counts as left behind. */
const renewedEvery = 20_000;
const silence = 120_000;

/**
 * Claims what `path` stands for, so that of several programs one works with it at a time. The file at `path` tells who it
 * is until the returned function is called. A claim whose process has ended is taken over, and so is one that has not been
 * renewed for two minutes: its process ended on another machine, or was stopped.
 *
 * @throws StorageError that names the process which has it, or where the file cannot be written
 * @example
 * const release = await claimPath("runs/latest/.lock");
 * try { await work(); } finally { await release(); }
 */
export async function claimPath(path: string): Promise<() => Promise<void>> {
  const own = JSON.stringify({ host: hostname(), pid: process.pid, claim: randomUUID() });
  try {
    await makeFolder(dirname(path));
    while (!(await isWritten(path, own))) await removeEnded(path);
  } catch (error) {
    throw storageError(path, error);
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, renewedEvery);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    if ((await read(path)) === own) await rm(path, { force: true });
  };
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

/** Removes a claim that was left behind. Throws StorageError for one that holds. */
async function removeEnded(path: string): Promise<void> {
  const text = await read(path);
  const renewed = await lstat(path).catch(ignoreMissing);
  if (renewed === undefined) return;
  const { host, pid } = holderOf(text);
  if (Date.now() - renewed.mtimeMs < silence && !hasEnded(host, pid, renewed.mtimeMs)) {
    throw new StorageError(
      `${path}: found it in use by process ${pid} on ${host}, expected one program at a time; where that has ended, remove the file`,
    );
  }
  const aside = temporaryPath(path);
  await rename(path, aside).catch(ignoreMissing);
  const taken = await read(aside);
  // Somebody was quicker: what was taken is a claim that holds.
  if (taken !== undefined && taken !== text) await isWritten(path, taken);
  await rm(aside, { force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

/** Who has a claim; a file that is still being written says nothing yet, nor does what cannot be read. */
function holderOf(text = ""): { host: string; pid: number } {
  try {
    const { host, pid } = JSON.parse(text) as Record<string, unknown>;
    if (typeof host === "string" && typeof pid === "number") return { host, pid };
  } catch {}
  return { host: "an unknown machine", pid: Number.NaN };
}
