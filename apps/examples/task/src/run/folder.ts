import { access, constants, realpath, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { claimPath, makeFolder as makeFolders, makeStorageError } from "@evenkeel/tensor/node";
import type { Command } from "../command-line.ts";
import type { AnyTask } from "../task.ts";

const runsFolder = "runs";
const lockFile = "run.lock";

/** A folder that only this run uses. */
export interface RunFolder {
  readonly path: string;
  /** Releases the folder, and removes the folders that were created for it if they are empty. */
  release(): Promise<void>;
}

/**
 * The folder that the command names, or a new one named after the time and the task; a resumed run keeps its folder.
 * Throws ArgumentError if the folder is in use, is not a folder, or cannot be created.
 */
export async function claimFolder(task: Pick<AnyTask, "name">, command: Command): Promise<RunFolder> {
  const { path, made } = await findOrMake(task, command);
  const removeMade = (): Promise<void> => removeEmpty(made);
  try {
    const release = await claimPath(join(path, lockFile));
    return { path, release: () => release().then(removeMade) };
  } catch (error) {
    await removeMade();
    throw error instanceof StorageError ? makeRefusal(command.resume ? "--resume" : "--out", error) : error;
  }
}

/** The folders that were created, outermost first. */
type Made = readonly string[];

const removeEmpty = async (made: Made): Promise<void> => {
  for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
};

/**
 * Calls a function that writes files into a folder, and afterwards removes the folders that were created for it if they are empty. Throws
 * ArgumentError before the call if nothing can be written there.
 */
export async function withFolder<Value>(
  flag: "--out" | "--record",
  folder: string,
  use: () => Promise<Value>,
): Promise<Value> {
  const made = await makeFolder(resolve(folder), flag);
  try {
    await access(folder, constants.W_OK).catch((error) => {
      throw makeRefusal(flag, makeStorageError(folder, error));
    });
    return await use();
  } finally {
    await removeEmpty(made);
  }
}

async function findOrMake(
  { name }: Pick<AnyTask, "name">,
  { out, resume }: Command,
): Promise<{ readonly path: string; readonly made: Made }> {
  if (resume) return { path: await findResumedFolder(out ?? join(runsFolder, "latest")), made: [] };
  if (out !== undefined) return { path: resolve(out), made: await makeFolder(resolve(out)) };
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return makeNewFolder(resolve(runsFolder), `${time}-${name}`);
}

async function findResumedFolder(place: string): Promise<string> {
  return realpath(place).catch(() => {
    throw new ArgumentError(`--resume: found no ${place}, expected the folder of an interrupted run`);
  });
}

/** Runs that begin in the same second get different folders. */
async function makeNewFolder(
  runs: string,
  name: string,
): Promise<{ readonly path: string; readonly made: Made }> {
  const around = await makeFolder(runs);
  for (let number = 1; ; number++) {
    const path = join(runs, number === 1 ? name : `${name}-${number}`);
    const made = await makeFolder(path);
    if (made.length > 0) return { path, made: [...around, ...made] };
  }
}

/** Calls the library, and reports errors in terms of the command line. */
function makeFolder(path: string, flag: "--out" | "--record" = "--out"): Promise<Made> {
  return makeFolders(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" && error.code !== "ENOTDIR")
      throw makeRefusal(flag, makeStorageError(path, error));
    throw new ArgumentError(
      `${flag}: found a file at ${path} or at a parent folder's place, expected a folder`,
    );
  });
}

/** Converts an error about the folder into one about the option that chose it. */
const makeRefusal = (flag: "--out" | "--record" | "--resume", error: StorageError): ArgumentError =>
  new ArgumentError(`${flag}: ${error.message}`, { cause: error });
