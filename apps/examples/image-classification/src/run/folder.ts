import { realpath, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ArgumentError, StorageError } from "@evenkeel/tensor";
import { claimPath, makeFolder as makeFolders, storageError } from "@evenkeel/tensor/node";
import type { Command } from "../command-line.ts";

const runsFolder = "runs";
const lockFile = "run.lock";

/** A folder that is this run's alone. */
export interface RunFolder {
  readonly path: string;
  /** Lets go of the folder; where nothing has come into it, the folders that were made for it are removed again. */
  release(): Promise<void>;
}

/**
 * The folder that the command names, or a new one named after the time and the model; of a run that is resumed, where it is.
 * Throws ArgumentError where it is in use, no folder, or cannot be made.
 */
export async function claimFolder(command: Command): Promise<RunFolder> {
  const { path, made } = await findOrMake(command);
  const removeMade = async (): Promise<void> => {
    for (const folder of made.toReversed()) await rmdir(folder).catch(() => undefined);
  };
  try {
    const release = await claimPath(join(path, lockFile));
    return { path, release: () => release().then(removeMade) };
  } catch (error) {
    await removeMade();
    throw error instanceof StorageError ? refusal(command.resume ? "--resume" : "--out", error) : error;
  }
}

/** Folders that were made, the outermost first. */
type Made = readonly string[];

async function findOrMake(command: Command): Promise<{ readonly path: string; readonly made: Made }> {
  const { out, resume, options } = command;
  if (resume) return { path: await resumedFolder(out ?? join(runsFolder, "latest")), made: [] };
  if (out !== undefined) return { path: resolve(out), made: await makeFolder(resolve(out)) };
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  return newFolder(resolve(runsFolder), `${time}-${options.model}`);
}

async function resumedFolder(place: string): Promise<string> {
  return realpath(place).catch(() => {
    throw new ArgumentError(`--resume: found no ${place}, expected the folder of an interrupted run`);
  });
}

/** Two runs that begin in one second have folders of their own. */
async function newFolder(
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

/** As the library's, with the words of the command line for what is in the way. */
function makeFolder(path: string): Promise<Made> {
  return makeFolders(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" && error.code !== "ENOTDIR")
      throw refusal("--out", storageError(path, error));
    throw new ArgumentError(`--out: found a file at ${path} or on the way to it, expected a folder`);
  });
}

/** The place was the user's choice. */
const refusal = (flag: "--out" | "--resume", error: StorageError): ArgumentError =>
  new ArgumentError(`${flag}: ${error.message}`, { cause: error });
