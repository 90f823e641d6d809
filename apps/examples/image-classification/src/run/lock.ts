import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ArgumentError } from "@evenkeel/tensor";
import { storageError } from "@evenkeel/tensor/node";

const lockFile = "run.lock";

/**
 * Makes a folder this process's own until it is released: of any number of processes one gets it. What a process left
 * behind that no longer runs is cleared away. Throws ArgumentError that names the process that uses the folder.
 */
export async function lockFolder(folder: string): Promise<{ release(): Promise<void> }> {
  const path = join(folder, lockFile);
  const mine = await ownerOf(process.pid);
  while (!(await create(path, mine))) {
    const found = await readOwner(path);
    if (found === undefined) continue;
    if (await isRunning(found)) throw inUse(path, found);
    await clearAway(path, found);
  }
  return { release: () => rm(path, { force: true }) };
}

/** `pid host start`, as one line. The start tells a process from a later one that was given its number. */
type Owner = string;

async function ownerOf(pid: number): Promise<Owner> {
  return `${pid} ${hostname()} ${await startOf(pid)}`;
}

/** When a process was started, in ticks since the machine was; 0 where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name of the program stands in parentheses and may hold spaces; the start is the 20th field behind it.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
}

async function isRunning(owner: Owner): Promise<boolean> {
  const [, pid, host] = /^(\d+) (\S+) \d+$/.exec(owner) ?? [];
  if (pid === undefined) return false;
  // Nothing can be known of another machine that shares the folder.
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return owner === (await ownerOf(Number(pid)));
}

/** Resolves with false where the file is there already. */
async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(owner).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw storageError(path, error);
  }
}

/** Who holds the lock; undefined where it has been released, empty where a process ended before it wrote its name. */
async function readOwner(path: string): Promise<Owner | undefined> {
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(path, "utf8").catch(unlessGone(path));
    if (text !== "" || attempt === 10) return text;
    await sleep(20);
  }
}

/** Of several processes that find the same left lock one moves it, and what is moved is looked at again. */
async function clearAway(path: string, left: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(unlessGone(path));
  const moved = (await readFile(aside, "utf8").catch(unlessGone(path))) ?? left;
  if (moved !== left) await rename(aside, path);
  await rm(aside, { force: true });
}

/** Another process was faster: that is no failure. */
const unlessGone =
  (path: string) =>
  (error: unknown): undefined => {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw storageError(path, error);
  };

function inUse(path: string, owner: Owner): ArgumentError {
  const [pid, host] = owner.split(" ");
  return new ArgumentError(
    `${dirname(path)}: found it in use by process ${pid} on ${host}, expected a folder that no other run uses (if that process has ended, delete ${path})`,
  );
}
