import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Creates a folder and its missing parents, one by one: Node's recursive `mkdir` never returns where no folder can be
 * created, as in /proc.
 *
 * @returns the folders that were created, the outermost first
 * @throws the system's error (EEXIST and ENOTDIR where a file is in the way)
 * @example const made = await makeFolder("runs/first");
 */
export async function makeFolder(path: string): Promise<string[]> {
  const failure = await tryToMake(path);
  if (failure === undefined) return [path];
  if (failure.code !== "ENOENT") return expectFolder(path, failure);
  const around = await makeFolder(dirname(path));
  // Another process may have created the folder in the meantime.
  const failedAgain = await tryToMake(path);
  return failedAgain === undefined ? [...around, path] : expectFolder(path, failedAgain);
}

const tryToMake = (path: string): Promise<NodeJS.ErrnoException | undefined> =>
  mkdir(path).then(
    () => undefined,
    (error) => error,
  );

/** Returns no folders if this one already exists; otherwise throws the failure. */
async function expectFolder(path: string, failure: NodeJS.ErrnoException): Promise<[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) throw failure;
  return [];
}
