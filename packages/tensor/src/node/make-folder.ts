import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those around it that are missing, one by one: Node's own recursive way never ends where none can be made,
 * as in /proc.
 *
 * @returns the folders that were made, the outermost first
 * @throws the system's error (EEXIST and ENOTDIR where a file is in the way)
 * @example const made = await makeFolder("runs/first");
 */
export async function makeFolder(path: string): Promise<string[]> {
  const failure = await tryToMake(path);
  if (failure === undefined) return [path];
  if (failure.code !== "ENOENT") return nothingMade(path, failure);
  const around = await makeFolder(dirname(path));
  // Another process may have been faster.
  const failedAgain = await tryToMake(path);
  return failedAgain === undefined ? [...around, path] : nothingMade(path, failedAgain);
}

const tryToMake = (path: string): Promise<NodeJS.ErrnoException | undefined> =>
  mkdir(path).then(
    () => undefined,
    (error) => error,
  );

/** Because the folder is there already; throws what has kept it from being made otherwise. */
async function nothingMade(path: string, failure: NodeJS.ErrnoException): Promise<[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw failure;
  return [];
}
